//! The keys of `#[model(..)]` for an editor.

use crate::syntax::{Field, Struct};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

/// Names every key that is written, right or not, as a field of the struct that explains it: an editor completes it from there.
pub fn expand(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let of_struct = named(quote!(#krate::__private::ModelKeys), &item.attrs.keys);
    let of_fields = item
        .all_fields()
        .map(|Field { keys, .. }| named(quote!(#krate::__private::FieldKeys), keys));
    quote!(#of_struct #(#of_fields)*)
}

fn named(all: TokenStream, keys: &[Ident]) -> TokenStream {
    // Before the caret stands what has the fields, also where no key is typed yet.
    quote! {
        const _: fn(#all) = |__keys| {
            __keys #(.#keys; __keys)*;
        };
    }
}
