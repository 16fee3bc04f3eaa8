//! `impl Module`: the tree and the configuration.

use super::{generics, impl_of, impl_with};
use crate::syntax::{Field, Role, Struct};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

pub fn expand(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let class_name = item.class_name();
    let visits = item.fields.iter().filter(|f| f.in_tree()).map(|f| {
        let (ident, name, as_module) = (&f.ident, f.name(), access(f, krate, "as_module"));
        quote!(__visit(#name, #as_module(&self.#ident));)
    });
    let entries = item.fields.iter().filter(|f| f.is_saved()).map(|f| {
        let (ident, name) = (&f.ident, f.name());
        let to_json = match f.role {
            Role::Config => access(f, krate, "to_json"),
            _ => access(f, krate, "config"),
        };
        quote!(.entry(#name, #to_json(&self.#ident)))
    });
    let from_config = from_config(item);
    let body = quote! {
        fn class_name(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
            ::core::option::Option::Some(#class_name)
        }

        fn visit<'__a>(
            &'__a self,
            __visit: &mut dyn ::core::ops::FnMut(&::core::primitive::str, &'__a dyn #krate::Module),
        ) {
            #(#visits)*
        }

        fn config(&self) -> #krate::__private::serde_json::Value {
            #krate::config::Writer::new(#class_name) #(#entries)* .finish()
        }

        fn from_config(
            __config: &#krate::__private::serde_json::Value,
        ) -> #krate::Result<Self> {
            let __config = #krate::config::Reader::new(#class_name, __config)?;
            #from_config
        }
    };
    impl_with(
        item,
        &generics::bounded(item),
        quote!(#krate::Module for),
        body,
    )
}

/// A method of the trait that makes a type what its field must be: `<Dense as Module>::config`, to be called at once. As the only way in
/// which generated code asks for the trait it makes one error, at the type, of a type that does not have it, however often it is asked.
pub(super) fn access(field: &Field, krate: &TokenStream, method: &str) -> TokenStream {
    let (ty, method) = (&field.ty, Ident::new(method, Span::call_site()));
    match field.role {
        Role::Config => quote!(<#ty as #krate::config::ConfigValue>::#method),
        _ => quote!(<#ty as #krate::Module>::#method),
    }
}

/// Reads the fields; those under `#[config]` first, since expressions of `#[param(..)]` may name them.
fn from_config(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let is_config = |f: &&Field| matches!(f.role, Role::Config);
    let config = item.fields.iter().filter(is_config).map(|f| {
        let (ident, name, from_json) = (&f.ident, f.name(), access(f, krate, "from_json"));
        quote!(let #ident = __config.entry(#name, |__json| #from_json(__json))?;)
    });
    let values = item.fields.iter().map(|f| {
        let (ident, name) = (&f.ident, f.name());
        match &f.role {
            Role::Config => quote!(#ident),
            Role::Module | Role::Param(None) => {
                let from_config = access(f, krate, "from_config");
                quote!(#ident: __config.entry(#name, |__json| #from_config(__json))?)
            }
            Role::Param(Some(expr)) => quote!(#ident: #expr),
            Role::Skip => quote!(#ident: ::core::default::Default::default()),
        }
    });
    // Expressions may use the configuration by value: they come before the fields that take it.
    let (params, others): (Vec<_>, Vec<_>) = values
        .zip(&item.fields)
        .partition(|(_, f)| matches!(f.role, Role::Param(Some(_))));
    let values = params.into_iter().chain(others).map(|(value, _)| value);
    quote! {
        #(#config)*
        ::core::result::Result::Ok(Self { #(#values),* })
    }
}

/// A `Module` that is never run: the struct has mistakes.
pub fn placeholder(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let body = quote! {
        fn visit<'__a>(
            &'__a self,
            _: &mut dyn ::core::ops::FnMut(&::core::primitive::str, &'__a dyn #krate::Module),
        ) {
        }

        fn config(&self) -> #krate::__private::serde_json::Value {
            ::core::unreachable!()
        }

        fn from_config(_: &#krate::__private::serde_json::Value) -> #krate::Result<Self> {
            ::core::unreachable!()
        }
    };
    impl_of(item, quote!(#krate::Module for), body)
}
