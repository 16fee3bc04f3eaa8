//! The arguments and the result of a `call` as the types of its `Layer`: by value, all arguments in one.

use super::lent::{by_value, has_reference, lent};
use crate::rust_analyzer;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{GenericArgument, Generics, Index, Pat, PatType, PathArguments, Type};

/// `Layer::Input`: the type of the one argument, or a tuple.
pub fn input_type(inputs: &[PatType], generics: &Generics, krate: &TokenStream) -> TokenStream {
    match inputs {
        [one] => by_value(&one.ty).to_token_stream(),
        several => {
            let types = several.iter().map(|input| {
                let ty = by_value(&input.ty);
                match kind(&ty, generics) {
                    Kind::Tensors => ty.to_token_stream(),
                    Kind::Plain => selected(&ty, krate),
                }
            });
            quote!((#(#types,)*))
        }
    }
}

/// The name of all arguments of `call` together. In an editor, which lists what can be named, the last argument hides it.
pub fn all(inputs: &[PatType]) -> Ident {
    match inputs.last().map(|last| &*last.pat) {
        Some(Pat::Ident(last)) if rust_analyzer::is_running() => last.ident.clone(),
        _ => Ident::new("__input", Span::call_site()),
    }
}

/// The arguments of `call` from the parts of what is named by [`all`]: the statements that come before each, and its value.
pub fn values(
    inputs: &[PatType],
    generics: &Generics,
    krate: &TokenStream,
) -> Vec<(TokenStream, TokenStream)> {
    let (all, one) = (all(inputs), inputs.len() == 1);
    let mut held = Vec::new();
    let values = inputs.iter().enumerate().map(|(i, PatType { ty, .. })| {
        let (index, owned, before) = (Index::from(i), by_value(ty), held.len());
        let mut part = match one {
            true => quote!(#all),
            false => quote!(#all.#index),
        };
        if !one && kind(&owned, generics) == Kind::Plain {
            let selected = select(&owned, krate);
            part = quote!(<#selected as #krate::__private::Argument<#owned>>::take(#part));
            if has_reference(ty) {
                let name = format_ident!("__held{}", held.len());
                held.push(quote!(let #name = #part;));
                part = name.into_token_stream();
            }
        }
        let value = lent(ty, part, &mut held);
        (held[before..].iter().cloned().collect(), value)
    });
    values.collect()
}

/// Binds the arguments of `call`.
pub fn bindings(inputs: &[PatType], generics: &Generics, krate: &TokenStream) -> Vec<TokenStream> {
    let values = values(inputs, generics, krate).into_iter().zip(inputs);
    values
        .map(|((before, value), PatType { pat, ty, .. })| quote!(#before let #pat: #ty = #value;))
        .collect()
}

/// The positions of the arguments that are tensors, among several.
pub fn tensors(inputs: &[PatType], generics: &Generics) -> Vec<usize> {
    let is_tensor = |(i, input): (usize, &PatType)| {
        (kind(&by_value(&input.ty), generics) == Kind::Tensors).then_some(i)
    };
    inputs.iter().enumerate().filter_map(is_tensor).collect()
}

#[derive(PartialEq)]
enum Kind {
    /// It holds tensors, or depends on a type parameter.
    Tensors,
    /// It may: its traits decide.
    Plain,
}

fn kind(ty: &Type, generics: &Generics) -> Kind {
    match is_made_of_tensors(ty) || depends_on(ty, generics) {
        true => Kind::Tensors,
        false => Kind::Plain,
    }
}

/// `Tensor`, and what is known to hold tensors where its parts do.
fn is_made_of_tensors(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_made_of_tensors(&reference.elem),
        Type::Paren(paren) => is_made_of_tensors(&paren.elem),
        Type::Group(group) => is_made_of_tensors(&group.elem),
        Type::Array(array) => is_made_of_tensors(&array.elem),
        Type::Slice(slice) => is_made_of_tensors(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_made_of_tensors),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let holds = ["BTreeMap", "HashMap", "Option", "Vec"];
            let parts = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
                _ => None,
            };
            let is_part = |part: &GenericArgument| matches!(part, GenericArgument::Type(ty) if is_made_of_tensors(ty));
            last.ident == "Tensor"
                || holds.iter().any(|name| last.ident == name)
                    && parts.is_some_and(|parts| parts.iter().any(is_part))
        }),
        _ => false,
    }
}

/// Whether a type names a parameter, so that no constant can be computed of it.
fn depends_on(ty: &Type, generics: &Generics) -> bool {
    let mut names: Vec<String> = generics.params.iter().map(name_of).collect();
    names.push("Self".to_string());
    mentions(ty.to_token_stream(), &names)
}

fn name_of(param: &syn::GenericParam) -> String {
    match param {
        syn::GenericParam::Type(ty) => ty.ident.to_string(),
        syn::GenericParam::Const(number) => number.ident.to_string(),
        syn::GenericParam::Lifetime(lifetime) => lifetime.lifetime.ident.to_string(),
    }
}

fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.iter().any(|name| ident == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

/// The type that says, by the traits of `ty`, what it is as an argument.
fn select(ty: &Type, krate: &TokenStream) -> TokenStream {
    quote! {
        #krate::__private::Select<
            { use #krate::__private::Otherwise as _; <#krate::__private::Kind<#ty>>::HOLDS_TENSORS },
            { use #krate::__private::Otherwise as _; <#krate::__private::Kind<#ty>>::HAS_DEFAULT },
        >
    }
}

fn selected(ty: &Type, krate: &TokenStream) -> TokenStream {
    let select = select(ty, krate);
    let selected = quote!(<#select as #krate::__private::Argument<#ty>>::Input);
    super::spanned(selected, ty.span())
}

/// How the result of `call` becomes `Layer::Output`.
pub enum Output {
    /// It is that.
    Direct,
    /// By its traits: a `Result` is a tensor that may have failed.
    Settled,
}

/// What stands as the result of a `call`.
pub fn output(ty: &Type, generics: &Generics) -> Output {
    let may_be_result = match ty {
        Type::Group(group) => return output(&group.elem, generics),
        Type::Paren(paren) => return output(&paren.elem, generics),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let is_alias = !last.arguments.is_none()
                && !["BTreeMap", "Option", "Vec"]
                    .iter()
                    .any(|name| last.ident == name);
            last.ident == "Result" || is_alias && !depends_on(ty, generics)
        }),
        _ => false,
    };
    match may_be_result || kind(ty, generics) == Kind::Plain {
        true => Output::Settled,
        false => Output::Direct,
    }
}

/// Whether an argument can be handed on as it is.
pub fn is_direct(input: &PatType) -> bool {
    !has_reference(&input.ty)
}
