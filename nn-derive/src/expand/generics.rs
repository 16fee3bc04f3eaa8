//! Bounds for the fields of a generic struct.

use crate::syntax::{Role, Struct};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Generics, ItemImpl, parse_quote};

/// The struct's generics with what its fields must be where that depends on a type parameter: `Vec<A>: Module`. So the bounds of
/// `call` can stay on the `impl`.
pub fn bounded(item: &Struct) -> Generics {
    let krate = &item.attrs.krate;
    let params: Vec<&Ident> = item.generics.type_params().map(|p| &p.ident).collect();
    let mut generics = item.generics.clone();
    for field in item.all_fields() {
        let ty = &field.ty;
        // A bound on a type that contains the struct itself would be proved by itself, without end.
        if !mentions(ty.to_token_stream(), &params)
            || mentions(ty.to_token_stream(), &[&item.ident])
        {
            continue;
        }
        let bound = match field.role {
            Role::Module | Role::Param(_) => quote!(#krate::Module),
            Role::Config => quote!(#krate::config::ConfigValue),
            Role::Skip => quote!(
                ::core::default::Default + ::core::marker::Send + ::core::marker::Sync + 'static
            ),
        };
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#ty: #bound));
    }
    generics
}

/// The generics of a block, for its `impl Layer`: whether the fields are parts of a model, for these parameters, is known where the struct is.
pub fn of_block(block: &ItemImpl, krate: &TokenStream) -> Generics {
    let mut generics = block.generics.clone();
    if generics.type_params().next().is_some() {
        let clause = generics.make_where_clause();
        clause.predicates.push(parse_quote!(Self: #krate::Module));
    }
    generics
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
