//! `impl Layer` from `call` and `build`.

use super::{cfgs, shape};
use crate::errors::Errors;
use crate::syntax::{Special, is_reference, owned};
use crate::{check, messages};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ImplItemFn, Index, ItemImpl, PatType, Type};

/// `impl Layer` from `call` and `build`.
pub fn expand(
    block: &ItemImpl,
    special: &Special,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let Some(method) = &special.call else {
        if let Some(build) = &special.build {
            errors.at(&build.sig.ident, messages::BUILD_WITHOUT_CALL);
        }
        return None;
    };
    let before = errors.count();
    let call = check::call(&method.sig, errors);
    let output = match call.output {
        Some(output) if errors.count() == before => output,
        _ => return Some(placeholder(block, krate)),
    };
    let input = input_type(&call.inputs);
    let run = run(method, &call.inputs, call.training, &input, &output);
    let build = special
        .build
        .as_ref()
        .filter(|b| check::hook(&b.sig, messages::BUILD, errors))
        .map(|build| {
            let mut build = build.clone();
            build.vis = syn::Visibility::Inherited;
            build.sig.ident = syn::Ident::new("build_parameters", build.sig.ident.span());
            build.into_token_stream()
        })
        .or_else(|| shape::build_by_output_shape(block, &call.inputs, krate));
    let (attrs, self_ty) = (cfgs(&block.attrs), &block.self_ty);
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    Some(quote! {
        #(#attrs)*
        impl #impl_generics #krate::Layer for #self_ty #where_clause {
            type Input = #input;
            type Output = #output;

            #run

            #build
        }
    })
}

/// A `Layer` that is never run: the mistake in `call` has been reported, and nothing else should be.
pub fn placeholder(block: &ItemImpl, krate: &TokenStream) -> TokenStream {
    let self_ty = &block.self_ty;
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    quote! {
        impl #impl_generics #krate::Layer for #self_ty #where_clause {
            type Input = #krate::Tensor;
            type Output = #krate::Tensor;

            fn run(&self, _: #krate::Tensor, _: ::core::primitive::bool) -> #krate::Tensor {
                ::core::unreachable!()
            }
        }
    }
}

fn input_type(inputs: &[PatType]) -> TokenStream {
    let types: Vec<&Type> = inputs.iter().map(|i| owned(&i.ty)).collect();
    match &types[..] {
        [one] => one.to_token_stream(),
        several => quote!((#(#several),*)),
    }
}

/// `run` with the body of `call`.
fn run(
    method: &ImplItemFn,
    inputs: &[PatType],
    training: Option<PatType>,
    input: &TokenStream,
    output: &Type,
) -> TokenStream {
    let ImplItemFn {
        attrs, sig, block, ..
    } = method;
    let receiver = sig.receiver();
    let fn_token = sig.fn_token;
    let training = match training {
        Some(flag) => flag.into_token_stream(),
        None => quote!(_: ::core::primitive::bool),
    };
    if let [one] = inputs
        && !is_reference(&one.ty)
    {
        return quote! {
            #(#attrs)*
            #fn_token run(#receiver, #one, #training) -> #output #block
        };
    }
    let bindings = inputs
        .iter()
        .enumerate()
        .map(|(i, PatType { pat, ty, .. })| {
            let index = Index::from(i);
            let value = match inputs.len() {
                1 => quote!(__input),
                _ => quote!(__input.#index),
            };
            let reference = is_reference(ty).then(|| quote!(&));
            quote!(let #pat: #ty = #reference #value;)
        });
    let statements = &block.stmts;
    quote! {
        #(#attrs)*
        #fn_token run(#receiver, __input: #input, #training) -> #output {
            #(#bindings)*
            #(#statements)*
        }
    }
}
