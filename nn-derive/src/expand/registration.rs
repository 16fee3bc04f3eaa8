//! The name of a class, under which a file finds it.

use crate::syntax::Struct;
use proc_macro2::TokenStream;
use quote::quote;

/// Makes the class known by its name, so that a file that names it can be loaded.
pub fn expand(item: &Struct) -> TokenStream {
    if !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident, class_name) = (&item.attrs.krate, &item.ident, item.class_name());
    let names = std::iter::once(class_name).chain(item.attrs.aliases.iter().cloned());
    let classes = names.map(|name| quote! {
        #krate::__private::class! {
            #krate::__private::LayerClass = #krate::__private::LayerClass {
                class_name: #name,
                module: ::core::module_path!(),
                layer_type: ::core::any::TypeId::of::<#ident>(),
                from_config: |__config| {
                    use #krate::__private::{IsLayer as _, IsSomethingElse as _};
                    (&#krate::__private::Probe::<#ident>(::core::marker::PhantomData)).make(__config)
                },
            }
        }
    });
    classes.collect()
}
