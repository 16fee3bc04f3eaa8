//! `OUTPUT`, the evaluation of which is the check of the shapes.

use crate::syntax::{Input, Struct};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// `OUTPUT`, the evaluation of which is the check of the shapes: for what can be made and followed in `const` code.
pub fn expand(item: &Struct) -> TokenStream {
    let (Some(new), Some(input), true) = (&item.attrs.new, &item.attrs.input, item.has_const_new())
    else {
        return TokenStream::new();
    };
    if !new.has_examples() || !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, vis, ident) = (&item.attrs.krate, &item.vis, &item.ident);
    let class_name = item.class_name();
    let examples = super::constructors::examples(new);
    let shapes = match input {
        Input::One(_) => quote!(&[&#ident::INPUT]),
        Input::Several(shapes) => {
            let index = (0..shapes.len()).map(syn::Index::from);
            quote!(&[#(&#ident::INPUT.#index),*])
        }
    };
    let statics = quote!(#krate::statics);
    // Whatever is wrong without a line to show, shows here.
    let place = Span::call_site().located_at(ident.span());
    let otherwise = quote_spanned!(place=> ::core::panic!("{}", __failure.message()));
    quote! {
        #[automatically_derived]
        impl #ident {
            #[doc(hidden)]
            const __CHECKED: #statics::Answer = {
                use #statics::NotFollowed as _;
                let __net = #ident::new(#(#examples),*);
                let __input = #statics::Value::input(#shapes);
                let (__run, __training) = (#statics::Run::new(false), #statics::Run::new(true));
                let mut __answer = <#ident>::__SHAPE.ask(
                    &__net,
                    #statics::Question::Call(__input),
                    &#statics::Place::root(#class_name, &__run),
                );
                if __run.asks_for_training() && __answer.is_ok() {
                    __answer = #statics::either(__answer, <#ident>::__SHAPE.ask(
                        &__net,
                        #statics::Question::Call(__input),
                        &#statics::Place::root(#class_name, &__training),
                    ));
                }
                ::core::mem::forget(__net);
                __answer
            };

            /// The shape of what `call` makes of an input of the shape `INPUT`, without the batch.
            #vis const OUTPUT: #krate::OutputShape = #krate::OutputShape::of(#ident::__CHECKED);
        }
        const _: () = {
            use #statics::NotFollowed as _;
            struct __Root;
            impl #statics::Failing for __Root {
                const FAILURE: #statics::Failure = match #ident::__CHECKED {
                    ::core::result::Result::Err(__failure) => __failure,
                    _ => ::core::unreachable!(),
                };
            }
            if let ::core::result::Result::Err(__failure) = #ident::__CHECKED {
                <#ident>::__SHAPE.locate(
                    #statics::Failed::<__Root>::NEW,
                    #statics::Of::<#ident>::NEW,
                );
                #otherwise
            }
        };
    }
}
