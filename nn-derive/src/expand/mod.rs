//! From what was read to code: access to what the user wrote. Behaviour is in `nn-core` and `nn-train`.

mod arguments;
mod block;
mod constructors;
mod fields;
mod function;
mod generics;
mod hooks;
mod keys;
mod layer;
mod lent;
mod methods;
mod model;
mod module;
mod output;
mod registration;
mod settings;
mod shape;
mod stand_in;
mod structure;
mod tensors;
mod unreadable;
mod unused;

pub use block::block;
pub use function::function;
pub use lent::has_reference;
pub use structure::{attribute, structure};
pub use tensors::tensors;
pub use unreadable::unreadable;

use crate::syntax::Struct;
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::quote;
use syn::{GenericParam, Generics};

/// Wraps trait methods in `impl Trait for Struct`.
fn impl_of(item: &Struct, of: TokenStream, body: TokenStream) -> TokenStream {
    impl_with(item, &item.generics, of, body)
}

fn impl_with(item: &Struct, bounded: &Generics, of: TokenStream, body: TokenStream) -> TokenStream {
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = bounded.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #of #ident #type_generics #where_clause {
            #body
        }
    }
}

/// The parameters of a struct as a function declares them, where defaults are not allowed.
fn parameters(generics: &Generics) -> impl Iterator<Item = GenericParam> {
    generics.params.iter().cloned().map(|mut param| {
        match &mut param {
            GenericParam::Type(ty) => ty.default = None,
            GenericParam::Const(number) => number.default = None,
            GenericParam::Lifetime(_) => {}
        }
        param
    })
}

/// Tokens that are found by the macro's rules and shown at a place of the user's.
fn spanned(tokens: TokenStream, place: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    tokens.collect()
}

/// A call that fails at a place of the user's: its parentheses stand there, also those that are around the function. Its names do not, so
/// that an editor that asks what stands there finds the user's token alone.
fn call_at(function: TokenStream, arguments: TokenStream, place: Span) -> TokenStream {
    let [function, arguments] = [function, arguments].map(|tokens| {
        let mut group = Group::new(Delimiter::Parenthesis, tokens);
        group.set_span(place);
        group
    });
    quote!(#function #arguments)
}

/// The `cfg` and lint attributes of a block, which hold for everything made from it.
fn cfgs(attrs: &[syn::Attribute]) -> impl Iterator<Item = &syn::Attribute> {
    let kept = [
        "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid",
    ];
    attrs
        .iter()
        .filter(move |a| kept.iter().any(|name| a.path().is_ident(name)))
}
