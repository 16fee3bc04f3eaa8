//! What stands for a model in which something is wrong: what others use of it, so that one mistake is not reported once more wherever the model
//! is made, called and trained. None of it is ever run.

use super::{impl_of, methods, model, settings};
use crate::errors::Errors;
use crate::syntax::Struct;
use crate::{blocks, check, parse};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::visit_mut::VisitMut;
use syn::{Attribute, DeriveInput, Item};

/// For a struct whose attributes or fields are wrong, beside the methods of its fields; with the mistakes themselves.
pub fn structure(item: &Struct, errors: Errors) -> TokenStream {
    let (module, constructor, debug) = (module(item), constructor(item, errors), debug(item));
    let settings = settings::expand(item);
    quote!(#module #constructor #debug #settings)
}

/// For a struct that is no model, with its methods.
pub fn plain(declared: DeriveInput) -> TokenStream {
    of(declared, None)
}

/// The same, with the framework where it is if it is not where the struct says.
pub fn of(declared: DeriveInput, krate: Option<TokenStream>) -> TokenStream {
    let mut ignored = Errors::default();
    let mut item = parse::structure(declared, &mut ignored);
    check::methods(&mut item, &mut ignored);
    item.attrs.krate = krate.unwrap_or(item.attrs.krate);
    let (stand_in, methods, model) = (
        structure(&item, Errors::default()),
        methods::expand(&item),
        model::expand(&item),
    );
    quote!(#stand_in #methods #model)
}

/// For a struct of which no layer can be made: what a model can do, as one that is put together while it runs does.
pub fn unfit(item: &Struct, errors: Errors, model: bool) -> TokenStream {
    let (constructor, krate) = (constructor(item, errors), &item.attrs.krate);
    let sequential = quote!(#krate::layers::Sequential);
    let deref = quote! {
        type Target = #sequential;
        fn deref(&self) -> &#sequential {
            ::core::unreachable!()
        }
    };
    let deref = impl_of(item, quote!(::core::ops::Deref for), deref);
    let compile = model.then(|| {
        let compile = quote! {
            #[doc(hidden)]
            pub fn compile(&self, _: #krate::Compile) -> #krate::Compiled<#sequential> {
                ::core::unreachable!()
            }
        };
        impl_of(item, TokenStream::new(), compile)
    });
    quote!(#constructor #deref #compile)
}

/// A struct without the attributes that only a derive knows.
pub fn stripped(mut item: Item) -> Item {
    struct Strip;
    impl VisitMut for Strip {
        fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
            attrs.retain(|attr| !parse::is_ours(attr));
        }
    }
    Strip.visit_item_mut(&mut item);
    item
}

/// `impl Module`.
fn module(item: &Struct) -> TokenStream {
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

/// `new`, with `Default` and `OUTPUT` where there would be one. The mistakes stand in its body, where there is one, so that the compiler does
/// not evaluate it in the check of a model that it is a part of.
fn constructor(item: &Struct, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    let Some(new) = &item.attrs.new else {
        return errors;
    };
    // The user's own is there.
    let has_own = blocks::has_method(&item.ident.unraw().to_string(), "new");
    if new.is_guessed && has_own {
        return errors;
    }
    let krate = &item.attrs.krate;
    let vis = &item.vis;
    let types: Vec<TokenStream> = new
        .arguments
        .iter()
        .map(|argument| {
            let (attrs, ty) = (&argument.attrs, &argument.ty);
            quote!(#(#attrs)* _: #ty)
        })
        .collect();
    let output = item.attrs.input.as_ref().map(|_| {
        quote! {
            #[doc(hidden)]
            #vis const OUTPUT: #krate::OutputShape = #krate::OutputShape::of(
                ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN),
                &[],
            );
        }
    });
    let function = quote! {
        #[doc(hidden)]
        #vis const fn new(#(#types),*) -> Self {
            #errors
            ::core::unreachable!()
        }
    };
    let (function, beside) = match has_own {
        true => (None, Some(errors)),
        false => (Some(function), None),
    };
    let constructor = impl_of(item, TokenStream::new(), quote!(#function #output));
    let name = item.ident.unraw().to_string();
    let has_default = new.has_examples()
        && !new.is_guessed
        && !blocks::implements(&name, "Default")
        && !is_derived(item, &name);
    let default = has_default.then(|| {
        let body = quote! {
            fn default() -> Self {
                ::core::unreachable!()
            }
        };
        impl_of(item, quote!(::core::default::Default for), body)
    });
    quote!(#beside #constructor #default)
}

/// Whether `Default` is derived; of one that `#[model]` has taken out of the derives the file does not know.
fn is_derived(item: &Struct, name: &str) -> bool {
    !item.attrs.is_wrong && blocks::derives(name, "Default")
}

/// `impl Debug`, if there would be one.
fn debug(item: &Struct) -> Option<TokenStream> {
    item.attrs.debug.then(|| {
        let body = quote! {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::unreachable!()
            }
        };
        impl_of(item, quote!(::core::fmt::Debug for), body)
    })
}
