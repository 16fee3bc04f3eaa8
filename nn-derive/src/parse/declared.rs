//! The declared form: `new(..)` on a struct, `#[layer(..)]` on its fields.

use crate::errors::Errors;
use crate::messages;
use crate::rust_analyzer;
use crate::syntax::{Argument, Declared, New};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Meta, Token, Type, parse_quote};

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Argument> {
        let attrs = input.call(Attribute::parse_outer)?;
        let ident = input.parse()?;
        let ty = match input.peek(Token![:]) {
            true => {
                input.parse::<Token![:]>()?;
                input.parse()?
            }
            // Said by `constructor`, which reads all arguments.
            false => parse_quote!(_),
        };
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
    let mut arguments: Vec<Argument> = arguments.into_iter().collect();
    for (i, argument) in arguments.iter().enumerate() {
        let is_plain = argument.attrs.is_empty();
        if is_plain
            && arguments[..i]
                .iter()
                .any(|a| a.ident == argument.ident && a.attrs.is_empty())
        {
            let name = argument.ident.to_string();
            errors.at(&argument.ident, messages::repeated_key(&name));
        }
    }
    for argument in &mut arguments {
        if let Type::Infer(_) = argument.ty {
            errors.at(&argument.ident, messages::untyped_argument(&argument.ident));
            // Who makes one hands over something.
            argument.ty = parse_quote!(impl ::core::marker::Sized);
        }
    }
    Ok(Some(New {
        span: meta.path.span(),
        is_guessed: false,
        arguments,
    }))
}

/// The constructor of a struct with keys that cannot be read: with the arguments of a `new(..)` that is among them, or none.
pub fn guessed(attrs: &[Attribute]) -> Option<New> {
    let lists = attrs.iter().filter(|attr| attr.path().is_ident("model"));
    let mut lists = lists
        .filter_map(|attr| attr.meta.require_list().ok())
        .peekable();
    let span = lists.peek()?.path.span();
    let tokens: Vec<TokenTree> = lists.flat_map(|list| list.tokens.clone()).collect();
    // Also where a letter of it is wrong.
    let is_new = |name: &Ident| messages::distance(&name.to_string(), "new") <= 1;
    let arguments = tokens.windows(2).find_map(|pair| match pair {
        [TokenTree::Ident(name), TokenTree::Group(arguments)] if is_new(name) => {
            let parser = Punctuated::<Argument, Token![,]>::parse_terminated;
            parser.parse2(arguments.stream()).ok()
        }
        _ => None,
    });
    let arguments = arguments.into_iter().flatten();
    Some(New {
        span,
        is_guessed: true,
        arguments: arguments
            .filter(|a| !matches!(a.ty, Type::Infer(_)))
            .collect(),
    })
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
            if input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]) {
                return Err(syn::Error::new_spanned(
                    &name,
                    messages::setting_without_value(&name),
                ));
            }
            return match input.parse() {
                Ok(value) => Ok(Setting::Named(name, value)),
                // It ends in the middle, `Activation::`.
                Err(_) if input.is_empty() => Err(syn::Error::new_spanned(
                    &name,
                    messages::setting_without_value(&name),
                )),
                Err(error) => Err(error),
            };
        }
        if input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            let name = input.call(Ident::parse_any)?;
            let colon: Token![:] = input.parse()?;
            let value: Expr = input.parse()?;
            let message = messages::setting_with_colon(&name, value.to_token_stream());
            return Err(syn::Error::new_spanned(colon, message));
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

/// The same in an editor, where values are missing or half typed.
fn half_typed(attr: &Attribute) -> (Punctuated<Setting, Token![,]>, Option<Expr>) {
    let tokens = attr.meta.require_list().map(|list| list.tokens.clone());
    let tokens: Vec<TokenTree> = tokens.unwrap_or_default().into_iter().collect();
    let is =
        |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(p) if p.as_char() == sign);
    let value = |tokens: &[TokenTree]| {
        let tokens: TokenStream = tokens.iter().cloned().collect();
        syn::parse2(tokens.clone()).unwrap_or(Expr::Verbatim(tokens))
    };
    let mut parts = tokens.split(|token| is(token, ';'));
    let settings = parts
        .next()
        .unwrap_or_default()
        .split(|token| is(token, ','));
    let settings = settings
        .filter(|tokens| !tokens.is_empty())
        .map(|tokens| match tokens {
            [TokenTree::Ident(name), equals, rest @ ..] if is(equals, '=') => {
                Setting::Named(name.clone(), value(rest))
            }
            _ => Setting::Positional(value(tokens)),
        });
    (settings.collect(), parts.next().map(value))
}

/// In an editor a name alone is one of a setting that is being typed, `#[layer(8, acti)]`, if it is no argument of `new`. What stands first
/// may be any value, unless nothing can be said about it.
pub fn complete_name(declared: &mut Declared, new: &New) {
    let is_first = declared.positional.len() == 1;
    let name = declared.positional.last().and_then(name_alone);
    if let Some(name) = name.filter(|name| new.argument(name).is_none())
        && (!is_first || new.arguments.is_empty())
    {
        declared.positional.pop();
        declared.settings.insert(0, (name, nothing()));
    }
}

/// A name alone, written as those of settings are.
fn name_alone(value: &Expr) -> Option<Ident> {
    let mut tokens = value.to_token_stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => {
            let is_name = name.to_string().starts_with(|c: char| c.is_lowercase());
            is_name.then_some(name)
        }
        _ => None,
    }
}

/// The value of a setting that has none yet.
fn nothing() -> Expr {
    Expr::Verbatim(TokenStream::new())
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
        misplaced: None,
    };
    let (settings, count) = match &attr.meta {
        Meta::Path(_) => (Punctuated::new(), None),
        _ => match attr.parse_args_with(settings) {
            Ok(read) => read,
            Err(_) if rust_analyzer::is_running() => half_typed(attr),
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
            Setting::Positional(value) => match name_alone(&value) {
                Some(name) if rust_analyzer::is_running() => {
                    declared.settings.push((name, nothing()))
                }
                _ => declared.misplaced = declared.misplaced.or(Some(value)),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(setting: Setting) -> String {
        match setting {
            Setting::Positional(value) => value.to_token_stream().to_string(),
            Setting::Named(name, value) => format!("{name} = {}", value.to_token_stream()),
        }
    }

    #[test]
    fn half_typed_settings_keep_what_is_there() {
        let attr: Attribute = parse_quote!(#[layer(8, activation = Activation::, name =, use; 3)]);
        let (settings, count) = half_typed(&attr);
        let settings: Vec<String> = settings.into_iter().map(shown).collect();
        let expected = ["8", "activation = Activation ::", "name = ", "use"];
        assert_eq!(settings, expected);
        assert_eq!(count.to_token_stream().to_string(), "3");
    }

    #[test]
    fn a_name_alone_is_a_setting_unless_it_is_an_argument() {
        let complete = |attr: Attribute, arguments: Vec<Argument>| {
            let mut declared = layer(&attr, &mut Errors::default());
            let span = declared.span;
            let new = New {
                span,
                arguments,
                is_guessed: false,
            };
            complete_name(&mut declared, &new);
            declared.settings.first().map(|(name, _)| name.to_string())
        };
        let units = || vec![parse_quote!(units: usize)];
        assert_eq!(
            complete(parse_quote!(#[layer(8, acti)]), units()),
            Some("acti".into())
        );
        assert_eq!(complete(parse_quote!(#[layer(8, units)]), units()), None);
        assert_eq!(complete(parse_quote!(#[layer(mom)]), units()), None);
        assert_eq!(
            complete(parse_quote!(#[layer(mom)]), Vec::new()),
            Some("mom".into())
        );
        assert_eq!(complete(parse_quote!(#[layer(8, UNITS)]), units()), None);
    }
}
