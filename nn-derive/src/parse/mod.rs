//! From the user's tokens to what they say.

mod alternatives;
mod attributes;
mod block;
mod declared;
mod fragments;
mod input;
mod keys;
mod known;
mod renamed;
mod settings;

pub use alternatives::alternatives;
pub use attributes::{crate_of, of_impl, of_tensors};
pub use block::{is_special, outer_attributes, special};
pub use declared::guessed as constructor_among;
pub use fragments::settle as fragments;
pub use known::{
    DERIVED, WRONG, as_model, is_exchanged, is_marked, is_misspelled, is_other_word, is_ours,
    may_be_exchanged,
};

use crate::errors::Errors;
use crate::rust_analyzer;
use crate::syntax::{Field, Role, Struct, Variant};
use crate::{blocks, messages};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields};

/// Reads a struct.
pub fn structure(input: DeriveInput, errors: &mut Errors) -> Struct {
    let mut attrs = attributes::of_struct(&input.attrs, errors);
    let name = input.ident.unraw();
    let mut is_of_others = None;
    // A word may be another derive's attribute, if there is one that is not known.
    let mut is_misspelled = |attr: &syn::Attribute| {
        known::is_misspelled(attr)
            || known::is_word_of_fields(attr)
                && !*is_of_others
                    .get_or_insert_with(|| !blocks::has_known_derives(&name.to_string()))
    };
    attrs.is_wrong |= match &input.data {
        // The compiler says that there is no such attribute.
        Data::Struct(data) => data
            .fields
            .iter()
            .flat_map(|field| &field.attrs)
            .any(&mut is_misspelled),
        _ => false,
    };
    for lifetime in input.generics.lifetimes() {
        errors.at(&lifetime.lifetime, messages::LIFETIMES);
    }
    let mut fields = Vec::new();
    let mut variants = Vec::new();
    match input.data {
        Data::Struct(data) => match data.fields {
            Fields::Named(named) => {
                for f in named.named {
                    // What stands there twice, and a value after the type, the compiler reports.
                    let is_second = fields
                        .iter()
                        .any(|known: &Field| f.ident.as_ref() == Some(&known.ident));
                    let misspelled = f.attrs.iter().find(|attr| is_misspelled(attr));
                    let meant = misspelled.and_then(known::role_meant);
                    let is_wrong = misspelled.is_some() || f.default.is_some();
                    attrs.is_wrong |= is_second || f.default.is_some();
                    let mut field = field(f, None, errors);
                    field.is_wrong |= is_wrong;
                    if let (Some(meant), Role::Module) = (meant, &field.role) {
                        field.role = meant;
                    }
                    if !is_second {
                        fields.push(field);
                    }
                }
            }
            Fields::Unnamed(_) => {
                errors.at(&input.ident, messages::not_a_struct(name, "a tuple struct"));
            }
            // A layer without parts.
            Fields::Unit => {}
        },
        Data::Enum(data) => {
            if data.variants.is_empty() {
                errors.at(data.enum_token, messages::no_variants(&name));
            }
            variants.extend(data.variants.into_iter().map(|v| variant(v, errors)));
        }
        Data::Union(data) => {
            errors.at(data.union_token, messages::not_a_struct(name, "a union"));
        }
    }
    if let Some(new) = attrs.new.as_ref().filter(|_| rust_analyzer::is_running()) {
        let declared = fields
            .iter_mut()
            .filter_map(|f: &mut Field| f.declared.as_mut());
        declared.for_each(|declared| declared::complete_name(declared, new));
    }
    Struct {
        vis: input.vis,
        attrs,
        ident: input.ident,
        generics: input.generics,
        fields,
        variants,
        is_unfit: false,
    }
}

fn variant(variant: syn::Variant, errors: &mut Errors) -> Variant {
    if let Some(attr) = variant.attrs.iter().find(|attr| is_ours(attr)) {
        let message = match attr.path().is_ident("layer") {
            true => messages::NEW_OF_ENUM.to_string(),
            false => messages::attribute_of_variant(&variant.ident, attr.meta.to_token_stream()),
        };
        errors.at(attr, message);
    }
    let fields = variant.fields.into_iter().enumerate();
    Variant {
        ident: variant.ident,
        fields: fields.map(|(i, f)| field(f, Some(i), errors)).collect(),
    }
}

/// A field, at a position if that is all that it goes by.
fn field(field: syn::Field, position: Option<usize>, errors: &mut Errors) -> Field {
    let position = position.filter(|_| field.ident.is_none());
    let ident = field
        .ident
        .unwrap_or_else(|| format_ident!("__{}", position.unwrap_or_default()));
    let before = errors.count();
    let attrs = attributes::of_field(&field.attrs, errors);
    let is_wrong = errors.count() > before;
    let docs = field
        .attrs
        .into_iter()
        .filter(|a| a.path().is_ident("doc"))
        .collect();
    Field {
        keys: attrs.keys,
        vis: field.vis,
        docs,
        ident,
        position,
        ty: field.ty,
        role: attrs.role,
        declared: attrs.declared,
        unused: attrs.unused,
        default: attrs.default,
        no_builder: attrs.no_builder,
        weight: attrs.weight,
        is_wrong,
    }
}
