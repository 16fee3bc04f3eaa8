//! What a struct under `#[derive(Layer)]` or `#[derive(Model)]` says, with the user's tokens kept for messages.

use crate::attr::{self, StructAttrs};
use crate::check;
use crate::declare::Declared;
use crate::messages;
use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Generics, Ident, Type, Visibility};

/// Mistakes found so far: all of them are reported at once, each at its token.
#[derive(Default)]
pub struct Errors(Option<syn::Error>);

impl Errors {
    /// Notes a mistake at the given tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake at a place that has no tokens to print.
    pub fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Notes a mistake.
    pub fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0
            .as_ref()
            .map_or(0, |all| all.clone().into_iter().count())
    }

    /// The mistakes as `compile_error!` items.
    pub fn into_tokens(self) -> proc_macro2::TokenStream {
        self.0.map(|e| e.to_compile_error()).unwrap_or_default()
    }
}

/// A struct whose fields are the parts of a model.
pub struct Struct {
    pub vis: Visibility,
    pub attrs: StructAttrs,
    pub ident: Ident,
    pub generics: Generics,
    /// Empty if it is not a struct with named fields.
    pub fields: Vec<Field>,
}

/// One field.
pub struct Field {
    pub vis: Visibility,
    /// The doc comments.
    pub docs: Vec<Attribute>,
    pub ident: Ident,
    pub ty: Type,
    pub role: Role,
    /// `#[layer(..)]`: how a generated `new` makes it.
    pub declared: Option<Declared>,
    /// `#[model(unused)]`: `call` need not use it.
    pub unused: bool,
}

/// What a field is for.
pub enum Role {
    /// A layer, a parameter or a container of those: part of the tree.
    Module,
    /// `#[config]`: a plain value saved with the model.
    Config,
    /// `#[model(skip)]`: nothing to do with the model.
    Skip,
    /// `#[param]` or `#[param(expression)]`: a parameter with an accessor in place of a call; one that is made by an expression is
    /// not part of the configuration.
    Param(Option<Expr>),
}

impl Struct {
    pub fn parse(input: DeriveInput, errors: &mut Errors) -> Struct {
        let attrs = attr::of_struct(&input.attrs, errors);
        for lifetime in input.generics.lifetimes() {
            errors.at(&lifetime.lifetime, messages::LIFETIMES);
        }
        let name = input.ident.unraw();
        let mut fields = Vec::new();
        match input.data {
            Data::Struct(data) => match data.fields {
                Fields::Named(named) => {
                    fields.extend(named.named.into_iter().map(|f| Field::parse(f, errors)));
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

    /// The class name in configurations.
    pub fn class_name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl Field {
    fn parse(field: syn::Field, errors: &mut Errors) -> Field {
        let ident = field.ident.expect("a named field");
        let attrs = attr::of_field(&field.attrs, errors);
        check::field_name(&ident, &attrs.role, errors);
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

    /// The name in configurations and paths: `type` for `r#type`.
    pub fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// Whether it is part of the configuration.
    pub fn is_saved(&self) -> bool {
        matches!(self.role, Role::Module | Role::Config | Role::Param(None))
    }

    /// Whether it is part of the tree of layers and parameters.
    pub fn in_tree(&self) -> bool {
        matches!(self.role, Role::Module | Role::Param(_))
    }
}
