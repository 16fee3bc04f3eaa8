//! The arguments and the result of a `call` as the types of its `Layer`: by value, all arguments in one.

use crate::rust_analyzer;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{GenericArgument, Generics, Index, Pat, PatType, PathArguments, Type, parse_quote};

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

/// Binds the arguments of `call` to the parts of what is named by [`all`].
pub fn bindings(inputs: &[PatType], generics: &Generics, krate: &TokenStream) -> Vec<TokenStream> {
    let (all, one) = (all(inputs), inputs.len() == 1);
    let bindings = inputs.iter().enumerate();
    bindings
        .map(|(i, PatType { pat, ty, .. })| {
            let (index, owned) = (Index::from(i), by_value(ty));
            let part = match one {
                true => quote!(#all),
                false => quote!(#all.#index),
            };
            if !one && kind(&owned, generics) == Kind::Plain {
                let selected = select(&owned, krate);
                let take = quote!(<#selected as #krate::__private::Argument<#owned>>::take(#part));
                return match has_reference(ty) {
                    false => quote!(let #pat: #ty = #take;),
                    true => {
                        let lent = lent(ty, quote!(__value));
                        quote!(let __value = #take; let #pat: #ty = #lent;)
                    }
                };
            }
            let lent = lent(ty, part);
            quote!(let #pat: #ty = #lent;)
        })
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
    let mut names: Vec<String> = generics.params.iter().map(name_of).collect();
    names.extend(["Tensor", "Self"].map(str::to_string));
    match mentions(ty.to_token_stream(), &names) {
        true => Kind::Tensors,
        false => Kind::Plain,
    }
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

/// A type without its references: what a layer keeps while it runs.
fn by_value(ty: &Type) -> Type {
    match ty {
        Type::Reference(r) if is_static(r) => ty.clone(),
        Type::Reference(r) => match &*r.elem {
            Type::Slice(slice) => {
                let element = by_value(&slice.elem);
                parse_quote!(::std::vec::Vec<#element>)
            }
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(::std::string::String),
            other => by_value(other),
        },
        Type::Paren(paren) => by_value(&paren.elem),
        Type::Group(group) => by_value(&group.elem),
        Type::Tuple(tuple) => {
            let types = tuple.elems.iter().map(by_value);
            parse_quote!((#(#types,)*))
        }
        Type::Array(array) => {
            let (element, len) = (by_value(&array.elem), &array.len);
            parse_quote!([#element; #len])
        }
        Type::Path(path) => {
            let mut path = path.clone();
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            *ty = by_value(ty);
                        }
                    }
                }
            }
            Type::Path(path)
        }
        other => other.clone(),
    }
}

fn is_static(reference: &syn::TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

fn has_reference(ty: &Type) -> bool {
    by_value(ty).to_token_stream().to_string() != ty.to_token_stream().to_string()
}

/// The value at a place as an argument of this type: references where it has them.
fn lent(ty: &Type, place: TokenStream) -> TokenStream {
    if !has_reference(ty) {
        return place;
    }
    match ty {
        Type::Paren(paren) => lent(&paren.elem, place),
        Type::Group(group) => lent(&group.elem, place),
        Type::Reference(r) => match has_reference(&r.elem) && !matches!(&*r.elem, Type::Slice(_)) {
            true => {
                let inner = lent(&r.elem, place);
                quote!(&#inner)
            }
            false => match &*r.elem {
                Type::Slice(slice) if has_reference(&slice.elem) => {
                    let inner = each(quote!(#place.iter()));
                    quote!(&#inner)
                }
                _ => quote!(&#place),
            },
        },
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().enumerate().map(|(i, ty)| {
                let index = Index::from(i);
                lent(ty, quote!(#place.#index))
            });
            quote!((#(#parts,)*))
        }
        Type::Array(_) => quote!(#place.each_ref()),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "Option" => match argument(&last.arguments) {
                Some(Type::Reference(r)) if is_slice(&r.elem) => quote!(#place.as_deref()),
                _ => quote!(#place.as_ref()),
            },
            Some(last) if last.ident == "Vec" => each(quote!(#place.iter())),
            _ => place,
        },
        _ => place,
    }
}

/// References to all elements, collected.
fn each(elements: TokenStream) -> TokenStream {
    quote!(::core::iter::Iterator::collect::<::std::vec::Vec<_>>(#elements))
}

fn is_slice(ty: &Type) -> bool {
    match ty {
        Type::Slice(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}

fn argument(arguments: &PathArguments) -> Option<&Type> {
    match arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().find_map(|a| match a {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
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
    let is_result = match ty {
        Type::Group(group) => return output(&group.elem, generics),
        Type::Paren(paren) => return output(&paren.elem, generics),
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Result")
        }
        _ => false,
    };
    match is_result || kind(ty, generics) == Kind::Plain {
        true => Output::Settled,
        false => Output::Direct,
    }
}

/// Whether an argument can be handed on as it is.
pub fn is_direct(input: &PatType) -> bool {
    !has_reference(&input.ty)
}
