//! A method for each field, and the constant `INPUT`.

use super::impl_of;
use crate::syntax::{Field, Input, Role, Struct};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// A method for each field, and the constants.
pub fn expand(item: &Struct) -> TokenStream {
    let input = item.attrs.input.as_ref().map(|input| {
        let (ty, value) = match input {
            Input::One(shape) => (shape_type(shape), quote!(#shape)),
            Input::Several(shapes) => {
                let types = shapes.iter().map(shape_type);
                (quote!((#(#types,)*)), quote!((#(#shapes,)*)))
            }
        };
        quote! {
            /// The shape of the input, without the batch.
            pub const INPUT: #ty = #value;
        }
    });
    let methods = item
        .fields
        .iter()
        .filter_map(|f| method(f, &item.attrs.krate));
    let body = quote!(#input #(#methods)*);
    if body.is_empty() {
        return body;
    }
    let body = impl_of(item, quote!(), body);
    quote!(#[allow(dead_code)] #body)
}

fn shape_type(shape: &syn::ExprArray) -> TokenStream {
    let rank = Literal::usize_unsuffixed(shape.elems.len());
    quote!([::core::primitive::usize; #rank])
}

fn method(field: &Field, krate: &TokenStream) -> Option<TokenStream> {
    let Field {
        vis,
        docs,
        ident,
        ty,
        ..
    } = field;
    let name = field.name();
    match field.role {
        Role::Module => {
            let doc = format!(" Calls the layer `{name}`.");
            Some(quote! {
                #[doc = #doc]
                #[doc = ""]
                #(#docs)*
                #vis fn #ident<__I>(&self, __input: __I) -> <#ty as #krate::Callable<__I>>::Output
                where
                    #ty: #krate::Callable<__I>,
                {
                    #krate::Callable::call_field(&self.#ident, __input)
                }
            })
        }
        Role::Param(_) => {
            let doc = format!(" The parameter `{name}`.");
            Some(quote! {
                #[doc = #doc]
                #[doc = ""]
                #(#docs)*
                pub fn #ident(&self) -> &#ty {
                    &self.#ident
                }
            })
        }
        Role::Config | Role::Skip => None,
    }
}
