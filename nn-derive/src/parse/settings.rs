//! What a layer can be told about a field: `#[config(default = ..)]` and `#[param(initializer = ..)]`, and the names of a class.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::Weight;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// The default of `#[config(default = ..)]`, and whether the builder method is the user's.
pub fn config(attr: &Attribute, errors: &mut Errors) -> (Option<Expr>, bool) {
    let (mut default, mut no_builder) = (None, false);
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::List(_) => {
            let parsed = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("default") && meta.input.peek(Token![=]) {
                    default = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("no_builder") {
                    no_builder = true;
                } else {
                    return Err(meta.error(messages::CONFIG_TAKES_DEFAULT));
                }
                Ok(())
            });
            if let Err(error) = parsed {
                errors.push(error);
            } else if default.is_none() {
                errors.at(attr, messages::CONFIG_TAKES_DEFAULT);
            }
        }
        Meta::NameValue(_) => errors.at(attr, messages::CONFIG_TAKES_DEFAULT),
    }
    (default, no_builder)
}

/// The keys of `#[param(initializer = ..)]`; `None` for `#[param]` and for `#[param(expression)]`.
pub fn weight(attr: &Attribute, errors: &mut Errors) -> Option<Weight> {
    let list = attr.meta.require_list().ok()?;
    if !is_keyed(list.tokens.clone()) {
        return None;
    }
    let (mut initializer, mut when, mut keys) = (None, None, None);
    let (mut adjusted, mut buffer) = (None, false);
    let parsed = attr.parse_nested_meta(|meta| {
        if meta.path.is_ident("initializer") {
            initializer = Some(meta.value()?.parse::<Expr>()?);
        } else if meta.path.is_ident("when") {
            when = Some(meta.value()?.parse::<Expr>()?);
        } else if meta.path.is_ident("keys") {
            keys = Some(meta.value()?.parse::<Ident>()?);
        } else if meta.path.is_ident("adjusted") {
            let content;
            syn::parenthesized!(content in meta.input);
            let flag = content.parse::<Ident>()?;
            content.parse::<Token![=]>()?;
            adjusted = Some((flag, content.parse::<Expr>()?));
        } else if meta.path.is_ident("buffer") {
            buffer = true;
        } else {
            let known = ["initializer", "when", "keys", "adjusted", "buffer"];
            let found = meta.path.get_ident().map(Ident::to_string);
            return Err(meta.error(messages::unknown_key(
                &found.unwrap_or_default(),
                "`#[param(..)]`",
                &known,
            )));
        }
        Ok(())
    });
    if let Err(error) = parsed {
        errors.push(error);
        return None;
    }
    let Some(initializer) = initializer else {
        errors.at(attr, messages::WEIGHT_NEEDS_INITIALIZER);
        return None;
    };
    Some(Weight {
        initializer,
        when,
        keys,
        adjusted,
        buffer,
    })
}

/// Whether what stands in `#[param(..)]` are keys, and not an expression: it begins with `name =` or with `buffer`.
fn is_keyed(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(_)), Some(TokenTree::Punct(punct))) => {
            punct.as_char() == '=' && punct.spacing() == proc_macro2::Spacing::Alone
                || punct.as_char() == ','
        }
        _ => false,
    }
}

/// The text of `name = ".."` or `alias = ".."`.
pub fn class_name(
    meta: &ParseNestedMeta,
    key: &str,
    errors: &mut Errors,
) -> syn::Result<Option<String>> {
    if !meta.input.peek(Token![=]) {
        errors.at(&meta.path, messages::needs_value(key, "\"MyBlock\""));
        return Ok(None);
    }
    match meta.value()?.parse()? {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(Some(text.value())),
        other => {
            errors.at(other, messages::needs_value(key, "\"MyBlock\""));
            Ok(None)
        }
    }
}

/// The names of `absent(..)`, with the values beside null that they may have.
pub fn names(meta: &ParseNestedMeta) -> syn::Result<Vec<(Ident, Option<Lit>)>> {
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(messages::ABSENT_NAMES));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let mut names = Vec::new();
    while !content.is_empty() {
        let name: Ident = content.parse()?;
        let value = match content.peek(Token![=]) {
            true => {
                content.parse::<Token![=]>()?;
                Some(content.parse::<Lit>()?)
            }
            false => None,
        };
        names.push((name, value));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(names)
}
