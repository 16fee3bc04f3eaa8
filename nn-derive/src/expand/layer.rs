//! `impl Layer` from `call` and `build`.

use super::arguments::{self, Output};
use super::{cfgs, generics, shape};
use crate::errors::Errors;
use crate::syntax::{Call, Special, Struct, typed_arguments};
use crate::{check, half_typed, messages, rust_analyzer};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ImplItemFn, Index, ItemImpl, Meta, Token, parse_quote};

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
            return rust_analyzer::is_running().then(|| as_written(build, block));
        }
        return None;
    };
    let before = errors.count();
    let call = check::call(&method.sig, errors);
    check::without_self(method, &block.self_ty, errors);
    if call.training.is_none() {
        check::training(method, errors);
    }
    let output = match &call.output {
        Some(output) if errors.count() == before => output,
        _ => {
            let placeholder = placeholder(block, krate);
            let written = rust_analyzer::is_running().then(|| as_written(method, block));
            return Some(quote!(#written #placeholder));
        }
    };
    let input = arguments::input_type(&call.inputs, &block.generics, krate);
    let run = run(method, &call, block, krate);
    let with_lifetimes = has_lifetimes(method).then(|| with_lifetimes(method, block));
    let output = match arguments::output(output, &block.generics) {
        Output::Direct => output.to_token_stream(),
        Output::Settled => quote!(<#output as #krate::__private::Returned>::Tensors),
    };
    let build = special
        .build
        .as_ref()
        .filter(|b| check::hook(&b.sig, messages::BUILD, errors) || rust_analyzer::is_running())
        .map(|build| build_parameters(build, &call, block, krate))
        .or_else(|| shape::build_by_output_shape(block, &call.inputs, krate));
    // Checked here, since the compiler would speak of the trait.
    let call_any = special
        .call_any
        .as_ref()
        .filter(|m| check::hook(&m.sig, messages::CALL_ANY, errors) || rust_analyzer::is_running())
        .map(|method| {
            let mut method = method.clone();
            method.vis = syn::Visibility::Inherited;
            half_typed::method(&method)
        });
    let (attrs, self_ty) = (cfgs(&block.attrs), &block.self_ty);
    let bounded = generics::of_block(block, krate);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    Some(quote! {
        #(#attrs)*
        impl #impl_generics #krate::Layer for #self_ty #where_clause {
            type Input = #input;
            type Output = #output;

            #run

            #build

            #call_any
        }

        #with_lifetimes
    })
}

/// Whether a `call` names its lifetimes: `fn call<'a>(&'a self, x: &'a Tensor) -> Tensor`.
fn has_lifetimes(call: &ImplItemFn) -> bool {
    call.sig.generics.lifetimes().next().is_some()
}

/// A `call` that names its lifetimes, as a method of its own: that of the trait has none.
fn with_lifetimes(call: &ImplItemFn, block: &ItemImpl) -> TokenStream {
    let mut method = call.clone();
    method.vis = syn::Visibility::Inherited;
    method.sig.ident = Ident::new(
        "__call",
        Span::mixed_site().located_at(call.sig.ident.span()),
    );
    method.attrs = attributes_of_run(&call.attrs);
    let method = half_typed::method(&method);
    let (attrs, self_ty) = (cfgs(&block.attrs), &block.self_ty);
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    quote! {
        #(#attrs)*
        impl #impl_generics #self_ty #where_clause {
            #method
        }
    }
}

/// `build` under the name that the trait has for it. Beside plain arguments it gets the shapes of the tensors alone.
fn build_parameters(
    build: &ImplItemFn,
    call: &Call,
    block: &ItemImpl,
    krate: &TokenStream,
) -> TokenStream {
    let mut build = build.clone();
    build.vis = syn::Visibility::Inherited;
    build.sig.ident = Ident::new("build_parameters", build.sig.ident.span());
    let tensors = arguments::tensors(&call.inputs, &block.generics);
    let arguments = typed_arguments(&build.sig);
    if let ([argument], true, true) = (
        &arguments[..],
        call.inputs.len() > 1,
        tensors.len() < call.inputs.len(),
    ) {
        let receiver = build.sig.receiver();
        let (attrs, output) = (&build.attrs, &build.sig.output);
        let statements = half_typed::statements(&build.block);
        let index: Vec<Index> = tensors.iter().copied().map(Index::from).collect();
        let shapes = match &index[..] {
            [one] => quote!(&__input.#one),
            several => quote!(&(#(::core::clone::Clone::clone(&__input.#several),)*)),
        };
        return quote! {
            #(#attrs)*
            fn build_parameters(
                #receiver,
                __input: &<Self::Input as #krate::Tensors>::Shapes,
            ) #output {
                let #argument = #shapes;
                #statements
            }
        };
    }
    half_typed::method(&build)
}

/// A method that nothing can be made of, for an editor, which reads its body all the same.
fn as_written(method: &ImplItemFn, block: &ItemImpl) -> TokenStream {
    let self_ty = &block.self_ty;
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    let method = half_typed::method(method);
    quote!(impl #impl_generics #self_ty #where_clause { #method })
}

/// A `Layer` that is never run: the mistake in `call` has been reported, and nothing else should be.
pub fn placeholder(block: &ItemImpl, krate: &TokenStream) -> TokenStream {
    let bounded = generics::of_block(block, krate);
    let (impl_generics, _, where_clause) = bounded.split_for_impl();
    placeholder_for(
        krate,
        &block.self_ty,
        quote!(#impl_generics),
        quote!(#where_clause),
    )
}

/// The same for a struct that has no `call`.
pub fn placeholder_of(item: &Struct) -> TokenStream {
    placeholder_for(
        &item.attrs.krate,
        &item.ident,
        TokenStream::new(),
        TokenStream::new(),
    )
}

fn placeholder_for(
    krate: &TokenStream,
    ty: &impl ToTokens,
    impl_generics: TokenStream,
    where_clause: TokenStream,
) -> TokenStream {
    quote! {
        impl #impl_generics #krate::Layer for #ty #where_clause {
            type Input = #krate::Tensor;
            type Output = #krate::Tensor;

            fn run(&self, _: #krate::Tensor, _: ::core::primitive::bool) -> #krate::Tensor {
                ::core::unreachable!()
            }
        }
    }
}

/// `run` with the body of `call`.
fn run(method: &ImplItemFn, call: &Call, block: &ItemImpl, krate: &TokenStream) -> TokenStream {
    let sig = &method.sig;
    let attrs = attributes_of_run(&method.attrs);
    let (receiver, fn_token) = (sig.receiver(), sig.fn_token);
    // What is wrong with the whole of it is shown at `call`.
    let name = Ident::new("run", Span::mixed_site().located_at(sig.ident.span()));
    let training = match &call.training {
        Some(flag) => flag.to_token_stream(),
        None => quote!(_: ::core::primitive::bool),
    };
    let output = &call.output;
    let returned = quote_spanned!(output.span()=> Self::Output);
    let is_settled = call
        .output
        .as_ref()
        .is_some_and(|ty| matches!(arguments::output(ty, &block.generics), Output::Settled));
    if has_lifetimes(method) {
        let values = arguments::values(&call.inputs, &block.generics, krate);
        let (before, mut values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let training = match &call.training {
            Some(_) => {
                values.push(quote!(__training));
                quote!(__training)
            }
            None => quote!(_),
        };
        let result = quote!(self.__call(#(#values),*));
        let result = match is_settled {
            true => quote!(#krate::__private::Returned::settle(#result)),
            false => result,
        };
        return quote! {
            fn #name(&self, __input: Self::Input, #training: ::core::primitive::bool) -> #returned {
                #(#before)*
                #result
            }
        };
    }
    let body = half_typed::statements(&method.block);
    let statements = match is_settled {
        true => {
            let mut body = Group::new(Delimiter::Brace, body);
            body.set_span(method.block.brace_token.span.join());
            quote!(#krate::__private::Returned::settle((move || -> #output #body)()))
        }
        false => body,
    };
    if let [one] = &call.inputs[..]
        && arguments::is_direct(one)
    {
        return quote! {
            #(#attrs)*
            #fn_token #name(#receiver, #one, #training) -> #returned { #statements }
        };
    }
    let all = arguments::all(&call.inputs);
    let bindings = arguments::bindings(&call.inputs, &block.generics, krate);
    quote! {
        #(#attrs)*
        #fn_token #name(#receiver, #all: Self::Input, #training) -> #returned {
            #(#bindings)*
            #statements
        }
    }
}

/// The attributes of `call` that the method of a trait can have.
fn attributes_of_run(attrs: &[Attribute]) -> Vec<Attribute> {
    let fits = |meta: &Meta| {
        let is_list_of_docs = meta.path().is_ident("doc") && !matches!(meta, Meta::NameValue(_));
        let others = ["must_use", "deprecated"];
        !is_list_of_docs && !others.iter().any(|name| meta.path().is_ident(name))
    };
    let mut kept = Vec::new();
    for attr in attrs {
        let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
        let conditional = attr
            .path()
            .is_ident("cfg_attr")
            .then(|| attr.parse_args_with(parser));
        match conditional {
            Some(Ok(parts)) => {
                let mut parts = parts.into_iter();
                let condition = parts.next();
                let given: Vec<Meta> = parts.filter(fits).collect();
                if !given.is_empty() {
                    kept.push(parse_quote!(#[cfg_attr(#condition, #(#given),*)]));
                }
            }
            _ if fits(&attr.meta) => kept.push(attr.clone()),
            _ => {}
        }
    }
    kept
}
