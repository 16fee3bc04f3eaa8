//! From the user's tokens to what they say.

mod alternatives;
mod attributes;
mod block;
mod declared;

pub use alternatives::alternatives;
pub use attributes::{crate_of, of_impl};
pub use block::{outer_attributes, special};

use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Field, Struct};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields};

/// Reads a struct.
pub fn structure(input: DeriveInput, errors: &mut Errors) -> Struct {
    let attrs = attributes::of_struct(&input.attrs, errors);
    for lifetime in input.generics.lifetimes() {
        errors.at(&lifetime.lifetime, messages::LIFETIMES);
    }
    let name = input.ident.unraw();
    let mut fields = Vec::new();
    match input.data {
        Data::Struct(data) => match data.fields {
            Fields::Named(named) => {
                fields.extend(named.named.into_iter().map(|f| field(f, errors)));
            }
            Fields::Unnamed(_) => {
                errors.at(&input.ident, messages::not_a_struct(name, "a tuple struct"));
            }
            Fields::Unit => {
                errors.at(&input.ident, messages::not_a_struct(name, "a unit struct"));
            }
        },
        Data::Enum(data) => errors.at(data.enum_token, messages::enum_variants(name)),
        Data::Union(data) => {
            errors.at(data.union_token, messages::not_a_struct(name, "a union"));
        }
    }
    Struct {
        vis: input.vis,
        attrs,
        ident: input.ident,
        generics: input.generics,
        fields,
    }
}

fn field(field: syn::Field, errors: &mut Errors) -> Field {
    let ident = field.ident.expect("a named field");
    let attrs = attributes::of_field(&field.attrs, errors);
    let docs = field
        .attrs
        .into_iter()
        .filter(|a| a.path().is_ident("doc"))
        .collect();
    Field {
        vis: field.vis,
        docs,
        ident,
        ty: field.ty,
        role: attrs.role,
        declared: attrs.declared,
        unused: attrs.unused,
    }
}
