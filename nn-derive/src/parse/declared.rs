//! The declared form: `new(..)` on a struct, `#[layer(..)]` on its fields.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Argument, Declared, New};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Meta, Token};

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Argument> {
        let attrs = input.call(Attribute::parse_outer)?;
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let example = input.parse::<Option<Token![=]>>()?;
        Ok(Argument {
            attrs,
            ident,
            ty,
            example: example.map(|_| input.parse()).transpose()?,
        })
    }
}

/// Reads the value of the key `new`.
pub fn constructor(meta: &ParseNestedMeta<'_>, errors: &mut Errors) -> syn::Result<Option<New>> {
    if !meta.input.peek(syn::token::Paren) {
        errors.at(&meta.path, messages::NEW_ARGUMENTS);
        if meta.input.peek(Token![=]) {
            meta.value()?.parse::<Expr>()?;
        }
        return Ok(None);
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let arguments = content.call(Punctuated::<Argument, Token![,]>::parse_terminated)?;
    Ok(Some(New {
        span: meta.path.span(),
        arguments: arguments.into_iter().collect(),
    }))
}

enum Setting {
    Positional(Expr),
    Named(Ident, Expr),
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Setting> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Setting::Named(name, input.parse()?));
        }
        Ok(Setting::Positional(input.parse()?))
    }
}

/// `8, activation = Activation::Relu; 4`.
fn settings(input: ParseStream<'_>) -> syn::Result<(Punctuated<Setting, Token![,]>, Option<Expr>)> {
    let mut settings = Punctuated::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        settings.push_value(input.parse()?);
        if input.is_empty() || input.peek(Token![;]) {
            break;
        }
        settings.push_punct(input.parse()?);
    }
    let count = input.parse::<Option<Token![;]>>()?;
    Ok((settings, count.map(|_| input.parse()).transpose()?))
}

/// Reads `#[layer]` or `#[layer(..)]`.
pub fn layer(attr: &Attribute, errors: &mut Errors) -> Declared {
    let span = attr.path().span();
    let mut declared = Declared {
        span,
        parentheses: match &attr.meta {
            Meta::List(list) => list.delimiter.span().join(),
            _ => span,
        },
        positional: Vec::new(),
        settings: Vec::new(),
        count: None,
    };
    let (settings, count) = match &attr.meta {
        Meta::Path(_) => (Punctuated::new(), None),
        _ => match attr.parse_args_with(settings) {
            Ok(read) => read,
            Err(error) => {
                errors.push(error);
                (Punctuated::new(), None)
            }
        },
    };
    declared.count = count;
    for setting in settings {
        match setting {
            Setting::Positional(value) if declared.settings.is_empty() => {
                declared.positional.push(value);
            }
            Setting::Positional(value) => errors.at(value, messages::POSITIONAL_AFTER_KEY),
            Setting::Named(name, value) => {
                if declared.settings.iter().any(|(before, _)| *before == name) {
                    errors.at(&name, messages::repeated_key(&name.to_string()));
                }
                declared.settings.push((name, value));
            }
        }
    }
    declared
}
