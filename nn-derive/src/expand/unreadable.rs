//! A block with a mistake in its syntax, half typed perhaps: it is handed on as it is, so that the compiler reports the mistake and an editor
//! still sees the code, with a stand-in for the `Layer` that it does not say.

use super::stand_in;
use crate::{half_typed, parse};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Token, Type};

/// The tokens again, and the stand-in if they are a block with a `call`. In an editor all that can be read is made as ever.
pub fn unreadable(keys: TokenStream, item: TokenStream, error: &syn::Error) -> TokenStream {
    if let Some(block) = half_typed::block(item.clone()) {
        return super::block(keys, block);
    }
    if let Some(structure) = half_typed::structure(quote!(#[model(#keys)] #item)) {
        let derived = super::structure(structure, true);
        return quote!(#item #derived);
    }
    let krate = parse::crate_of(keys.clone());
    let any_layer = quote!(#krate::__private::AnyLayer);
    if let Some(guessed) = half_typed::guessed(item.clone(), &any_layer) {
        let declared = quote!(#[model(#keys)] #guessed);
        let (declared, guessed) = (
            syn::parse2(declared).ok(),
            stand_in::stripped(guessed.into()),
        );
        let stand_in = declared.map(stand_in::plain);
        return quote!(#guessed #stand_in);
    }
    let stand_in = header.parse2(item.clone()).ok().flatten().map(|block| {
        let Header { generics, self_ty } = block;
        let (impl_generics, _, where_clause) = generics.split_for_impl();
        // The compiler refuses what cannot be read here, unless it knows a syntax that this does not.
        let message = format!("`#[model]` cannot read this block: {error}");
        quote! {
            #[automatically_derived]
            impl #impl_generics #krate::Layer for #self_ty #where_clause {
                type Input = #krate::Tensor;
                type Output = #krate::Tensor;

                fn run(&self, _: #krate::Tensor, _: ::core::primitive::bool) -> #krate::Tensor {
                    #krate::Tensor::failed(#krate::Error::value(#message))
                }
            }
        }
    });
    // The compiler has reported the mistake, and would go on to those that follow from it.
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(half_typed)]
            #item
        };
        #stand_in
    }
}

/// What stands before the braces of a block.
struct Header {
    generics: Generics,
    self_ty: Type,
}

/// Reads it, if it is an inherent block with a `call`.
fn header(input: ParseStream<'_>) -> syn::Result<Option<Header>> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Token![impl]>()?;
    let mut generics: Generics = input.parse()?;
    let self_ty = input.parse()?;
    generics.where_clause = input.parse()?;
    let rest: TokenStream = input.parse()?;
    let body = rest.into_iter().next();
    Ok(match body {
        Some(TokenTree::Group(body)) if has_call(body.stream()) => {
            Some(Header { generics, self_ty })
        }
        _ => None,
    })
}

/// Whether a block has a forward pass, whatever word stands before its name.
fn has_call(body: TokenStream) -> bool {
    let names = ["call", "forward", "__call__"];
    let is_name = |token: &TokenTree| matches!(token, TokenTree::Ident(i) if names.iter().any(|name| i == name));
    let is_function = |token: &TokenTree| matches!(token, TokenTree::Ident(i) if i == "fn");
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    tokens.windows(2).any(|pair| {
        let has_arguments = matches!(&pair[1], TokenTree::Group(_));
        is_name(&pair[0]) && has_arguments || is_function(&pair[0]) && is_name(&pair[1])
    })
}
