//! What `#[model] impl` generates: `Layer` from `call` and `build`, and the hooks that `fit` drives.

use crate::ast::Errors;
use crate::uses::{self, Uses};
use crate::{attr, check, expand_shape, messages};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{ImplItem, ImplItemFn, Index, ItemImpl, PatType, Type};

/// The methods that are taken out of the block.
#[derive(Default)]
struct Special {
    call: Option<ImplItemFn>,
    build: Option<ImplItemFn>,
    train_step: Option<ImplItemFn>,
    test_step: Option<ImplItemFn>,
    compute_loss: Option<ImplItemFn>,
}

impl Special {
    /// Removes them from the block.
    fn take(block: &mut ItemImpl, errors: &mut Errors) -> Special {
        let mut special = Special::default();
        let mut kept = Vec::new();
        for item in std::mem::take(&mut block.items) {
            match item {
                ImplItem::Fn(method) => match special.slot(&method) {
                    None => kept.push(ImplItem::Fn(method)),
                    Some(Some(_)) => {
                        let name = method.sig.ident.to_string();
                        errors.at(&method.sig.ident, messages::twice(&name));
                    }
                    Some(empty) => *empty = Some(method),
                },
                other => kept.push(other),
            }
        }
        block.items = kept;
        special
    }

    fn slot(&mut self, method: &ImplItemFn) -> Option<&mut Option<ImplItemFn>> {
        match method.sig.ident.to_string().as_str() {
            "call" => Some(&mut self.call),
            "build" => Some(&mut self.build),
            "train_step" => Some(&mut self.train_step),
            "test_step" => Some(&mut self.test_step),
            "compute_loss" => Some(&mut self.compute_loss),
            _ => None,
        }
    }

    fn all(&self) -> impl Iterator<Item = &ImplItemFn> {
        [
            &self.call,
            &self.train_step,
            &self.test_step,
            &self.compute_loss,
            &self.build,
        ]
        .into_iter()
        .flatten()
    }
}

/// `#[model(keys)] impl`.
pub fn expand(keys: TokenStream, mut block: ItemImpl) -> TokenStream {
    let mut errors = Errors::default();
    let krate = attr::of_impl(keys, &mut errors);
    if let Some((path, _)) = &block.trait_ {
        errors.at(path, messages::TRAIT_IMPL);
        let errors = errors.into_tokens();
        return quote!(#errors #block);
    }
    let special = Special::take(&mut block, &mut errors);
    if special.all().next().is_none() {
        let (errors, block) = (errors.into_tokens(), nothing_to_do(block, &krate));
        return quote!(#errors #block);
    }
    if block.generics.lifetimes().next().is_some() || has_lifetimes(&block.self_ty) {
        // The derive reports it at the struct.
        return block.into_token_stream();
    }
    let layer = layer_impl(&block, &special, &krate, &mut errors);
    let hooks = hooks(&special, &krate, &mut errors);
    expand_shape::allow_large_errors(&mut block);
    let uses = special
        .call
        .as_ref()
        .map(|_| uses_const(&block, &special, errors.count() == 0));
    block
        .items
        .extend(uses.into_iter().chain(hooks).map(ImplItem::Verbatim));
    let errors = errors.into_tokens();
    let inherent = (!block.items.is_empty()).then_some(&block);
    let shape = special
        .call
        .as_ref()
        .map(|call| expand_shape::shape(&block, call, &krate));
    quote!(#errors #inherent #layer #shape)
}

/// A block without `call` and its kin.
fn nothing_to_do(mut block: ItemImpl, krate: &TokenStream) -> TokenStream {
    let forward = block
        .items
        .iter()
        .position(|item| matches!(item, ImplItem::Fn(method) if method.sig.ident == "forward"));
    if let Some(index) = forward
        && let ImplItem::Fn(method) = block.items.remove(index)
    {
        // PyTorch's name. The placeholder keeps it from being reported as a missing `call` too.
        let error = syn::Error::new_spanned(&method.sig.ident, messages::FORWARD_IS_CALL);
        let (error, layer) = (error.to_compile_error(), placeholder(&block, krate));
        return quote!(#error #block #layer);
    }
    if !block.generics.params.is_empty() {
        let error = syn::Error::new_spanned(&block.self_ty, messages::NOTHING_TO_DO);
        let error = error.to_compile_error();
        return quote!(#error #block);
    }
    // An error if there is a `call` in another block. If not, that is reported, and reason enough for this.
    let (ty, message) = (&block.self_ty, messages::NOTHING_TO_DO);
    let is_lonely = quote_spanned! {ty.span()=>
        ::core::assert!(<#ty>::__USES.len() == 1 && <#ty>::__USES[0].is_empty(), "{}", #message)
    };
    quote! {
        #block
        const _: () = {
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &[""];
            }
            impl __Uses for #ty {}
            #is_lonely
        };
    }
}

/// The fields that the block mentions, for the check that every layer is used.
fn uses_const(block: &ItemImpl, special: &Special, is_sound: bool) -> TokenStream {
    let mut methods: Vec<String> = check::RESERVED
        .iter()
        .map(|name| name.to_string())
        .collect();
    let own = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    });
    methods.extend(own.clone().map(|m| m.sig.ident.to_string()));
    let mut uses = Uses::default();
    for method in own.chain(special.all()) {
        let body = method.block.to_token_stream();
        let body = match method.sig.ident == "build" {
            true => uses::without_builds(body),
            false => body,
        };
        uses.scan(body, &methods);
    }
    if !is_sound {
        uses.everything();
    }
    let names = uses.names();
    quote! {
        #[doc(hidden)]
        pub const __USES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
    }
}

/// `impl Layer` from `call` and `build`.
fn layer_impl(
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
        .or_else(|| expand_shape::build_by_output_shape(block, &call.inputs, krate));
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
fn placeholder(block: &ItemImpl, krate: &TokenStream) -> TokenStream {
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

fn has_lifetimes(ty: &Type) -> bool {
    struct Lifetimes(bool);
    impl Visit<'_> for Lifetimes {
        fn visit_lifetime(&mut self, lifetime: &syn::Lifetime) {
            self.0 |= lifetime.ident != "static";
        }
    }
    let mut lifetimes = Lifetimes(false);
    lifetimes.visit_type(ty);
    lifetimes.0
}

/// The `cfg` and lint attributes of a block, which hold for everything made from it.
pub fn cfgs(attrs: &[syn::Attribute]) -> impl Iterator<Item = &syn::Attribute> {
    let kept = [
        "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid",
    ];
    attrs
        .iter()
        .filter(move |a| kept.iter().any(|name| a.path().is_ident(name)))
}

/// The type of an input by value: what `call` takes by reference is the layer's to keep while it runs.
pub fn owned(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        Type::Paren(paren) => owned(&paren.elem),
        _ => ty,
    }
}

fn is_reference(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Paren(paren) => is_reference(&paren.elem),
        _ => false,
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

/// `train_step`, `test_step` and `compute_loss` as inherent methods, which the derived `impl Model` calls.
fn hooks(special: &Special, krate: &TokenStream, errors: &mut Errors) -> Vec<TokenStream> {
    let mut hooks = Vec::new();
    for (method, expected) in [
        (&special.train_step, messages::TRAIN_STEP),
        (&special.test_step, messages::TEST_STEP),
    ] {
        if let Some(method) = method
            .as_ref()
            .filter(|m| check::hook(&m.sig, expected, errors))
        {
            hooks.push(step(method, krate));
        }
    }
    let loss = special.compute_loss.as_ref();
    if let Some(method) = loss.filter(|m| check::hook(&m.sig, messages::COMPUTE_LOSS, errors)) {
        hooks.push(compute_loss(method, krate));
    }
    hooks
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
    let arguments = check::typed_arguments(sig);
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
    let arguments = check::typed_arguments(sig);
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
