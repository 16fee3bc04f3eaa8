//! The hooks that `fit` drives.

use crate::errors::Errors;
use crate::syntax::{Special, is_reference, typed_arguments};
use crate::{check, half_typed, messages, rust_analyzer};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ImplItemFn;

/// `train_step`, `test_step` and `compute_loss` as inherent methods, which the derived `impl Model` calls, and that they are there.
pub fn expand(special: &Special, krate: &TokenStream, errors: &mut Errors) -> Vec<TokenStream> {
    let mut hooks = Vec::new();
    for (method, expected) in [
        (&special.train_step, messages::TRAIN_STEP),
        (&special.test_step, messages::TEST_STEP),
    ] {
        if let Some(method) = method {
            hooks.extend(hook(method, expected, step, krate, errors));
        }
    }
    if let Some(method) = &special.compute_loss {
        let expected = messages::COMPUTE_LOSS;
        hooks.extend(hook(method, expected, compute_loss, krate, errors));
    }
    let own = [
        &special.train_step,
        &special.test_step,
        &special.compute_loss,
    ];
    if !hooks.is_empty() && !rust_analyzer::is_running() {
        // One for each, since they may stand in several blocks.
        hooks.extend(own.into_iter().flatten().map(|method| {
            let name = format_ident!("__has_own_{}", method.sig.ident);
            quote! {
                #[doc(hidden)]
                pub fn #name(&self) -> ::core::primitive::bool {
                    true
                }
            }
        }));
    }
    hooks
}

/// What is made of a method, if it is as it must be; in an editor the method as it is written, which it reads better.
fn hook(
    method: &ImplItemFn,
    expected: &str,
    make: fn(&ImplItemFn, &TokenStream) -> TokenStream,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let is_sound = check::hook(&method.sig, expected, errors);
    match rust_analyzer::is_running() {
        true => Some(half_typed::method(method)),
        false => is_sound.then(|| make(method, krate)),
    }
}

/// The hidden name under which the derived `impl Model` finds a hook.
fn hidden(method: &ImplItemFn) -> syn::Ident {
    let name = &method.sig.ident;
    syn::Ident::new(&format!("__{name}"), name.span())
}

fn step(method: &ImplItemFn, krate: &TokenStream) -> TokenStream {
    let ImplItemFn {
        attrs, sig, block, ..
    } = method;
    let (name, receiver, output) = (hidden(method), sig.receiver(), &sig.output);
    let arguments = typed_arguments(sig);
    let (step, batch) = (&arguments[0], &arguments[1]);
    let statements = &block.stmts;
    quote! {
        #(#attrs)*
        #[doc(hidden)]
        pub fn #name(#receiver, #step, __batch: #krate::Batch) #output {
            let #batch = #krate::FromBatch::from_batch(__batch)?;
            #(#statements)*
        }
    }
}

fn compute_loss(method: &ImplItemFn, krate: &TokenStream) -> TokenStream {
    let ImplItemFn {
        attrs, sig, block, ..
    } = method;
    let (name, receiver, output) = (hidden(method), sig.receiver(), &sig.output);
    let arguments = typed_arguments(sig);
    let (step, batch, y_pred) = (&arguments[0], &arguments[1], &arguments[2]);
    let prediction = match is_reference(&y_pred.ty) {
        true => quote!(__y_pred),
        false => quote!(::core::clone::Clone::clone(__y_pred)),
    };
    let statements = &block.stmts;
    quote! {
        #(#attrs)*
        #[doc(hidden)]
        pub fn #name(
            #receiver,
            #step,
            __batch: &#krate::Batch,
            __y_pred: &<Self as #krate::Layer>::Output,
        ) #output {
            let #batch = match #krate::FromBatch::from_batch(::core::clone::Clone::clone(__batch)) {
                ::core::result::Result::Ok(__batch) => __batch,
                ::core::result::Result::Err(__error) => return #krate::Tensor::failed(__error),
            };
            let #y_pred = #prediction;
            #(#statements)*
        }
    }
}
