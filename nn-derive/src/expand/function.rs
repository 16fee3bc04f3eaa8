//! What `#[model]` on a function generates: the function, and beside it, as a type of the same name, what the check of the shapes asks where
//! a `call` uses it.

use super::{cfgs, shape};
use crate::errors::Errors;
use crate::{follow, parse, rust_analyzer};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, ItemFn};

/// `#[model] fn`.
pub fn function(keys: TokenStream, function: ItemFn) -> TokenStream {
    let mut errors = Errors::default();
    let krate = parse::of_impl(keys, &mut errors);
    let errors = errors.into_tokens();
    if rust_analyzer::is_running() {
        // An editor would list the type beside the function.
        return quote!(#function #errors);
    }
    let sig = &function.sig;
    let mut parameters = sig.generics.params.iter();
    // What a parameter stands for is not known here.
    let is_followed = sig.asyncness.is_none()
        && parameters.all(|param| matches!(param, GenericParam::Lifetime(_)));
    let followed = match is_followed {
        true => follow::function(&krate, &function),
        false => follow::Followed::nothing(&krate),
    };
    let (vis, body, n) = (&function.vis, followed.body, sig.inputs.len());
    let sites = shape::sites(&followed.sites, &krate);
    let functions = followed.functions;
    // Of the macro's place, so that no lint looks at it.
    let name = format_ident!("{}", function.sig.ident, span = Span::call_site());
    let attrs: Vec<_> = cfgs(&function.attrs).collect();
    let block = name.to_string();
    quote! {
        #function
        #errors

        #(#attrs)*
        #[doc(hidden)]
        #vis struct #name {}

        #(#attrs)*
        const _: () = {
            use #krate::statics::NotFollowed as _;

            const __BLOCK: &::core::primitive::str = ::core::concat!(
                ::core::module_path!(), ":", ::core::line!(), ":", ::core::column!(), ":", #block
            );

            #[automatically_derived]
            impl #name {
                pub const fn __follow(
                    __arguments: &[#krate::statics::Value],
                    __at: &#krate::statics::Place<'_>,
                ) -> #krate::statics::Answer {
                    if __arguments.len() != #n {
                        return ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN);
                    }
                    #body
                }

                pub const fn __locate<__R: #krate::statics::Failing>() {
                    #sites
                    #(<#functions>::__locate::<__R>();)*
                }
            }
        };
    }
}
