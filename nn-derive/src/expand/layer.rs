//! `impl Layer` from `call` and `build`.

use super::arguments::{self, Output};
use super::{cfgs, generics, shape, unused};
use crate::errors::Errors;
use crate::syntax::{Call, Special, Struct, typed_arguments};
use crate::{check, half_typed, messages, rust_analyzer};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Generics, Ident, ImplItemFn, Index, ItemImpl, Meta, Token, Type, parse_quote,
};

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
    let is_reported = errors.count() == before && check::called(method, &block.self_ty, errors);
    if errors.count() == before && !is_reported {
        check::one_input(method, &block.self_ty, errors);
    }
    if errors.count() == before {
        check::habits(method, &block.self_ty, errors);
    }
    if call.training.is_none() && errors.count() == before {
        check::training(method, errors);
    }
    let output = match &call.output {
        Some(output) if errors.count() == before && !is_reported => output,
        _ => {
            let placeholder = placeholder(block, Some(method), krate);
            let written = rust_analyzer::is_running().then(|| as_written(method, block));
            return Some(quote!(#written #placeholder));
        }
    };
    let input = arguments::input_type(&call.inputs, &block.generics, krate);
    let run = run(method, &call, block, krate);
    let with_lifetimes = has_lifetimes(method).then(|| with_lifetimes(method, block));
    let output = output_type(output, &block.generics, krate);
    let build = special
        .build
        .as_ref()
        .filter(|b| check::hook(&b.sig, messages::BUILD, errors) || rust_analyzer::is_running())
        .map(|build| build_parameters(build, &call, block, krate))
        .or_else(|| shape::build_by_output_shape(block, &call.inputs, krate));
    // Checked here, since the compiler would speak of the trait.
    let mut of_the_trait = |method: &Option<ImplItemFn>, signature| {
        let mut method = method.clone()?;
        method.vis = syn::Visibility::Inherited;
        let is_right = check::hook(&method.sig, signature, errors) || rust_analyzer::is_running();
        is_right.then(|| half_typed::method(&method))
    };
    let call_any = of_the_trait(&special.call_any, messages::CALL_ANY);
    let autocast = of_the_trait(&special.autocast, messages::AUTOCAST);
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

            #autocast
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
pub fn placeholder(
    block: &ItemImpl,
    call: Option<&ImplItemFn>,
    krate: &TokenStream,
) -> TokenStream {
    let bounded = generics::of_block(block, krate);
    placeholder_for(krate, &block.self_ty, &bounded, call)
}

/// The same for a struct that has no `call`, or one that is no forward pass.
pub fn placeholder_of(item: &Struct, call: Option<&ImplItemFn>) -> TokenStream {
    let (ident, (_, type_generics, _)) = (&item.ident, item.generics.split_for_impl());
    let ty = quote!(#ident #type_generics);
    placeholder_for(&item.attrs.krate, &ty, &item.generics, call)
}

/// A `Layer` that takes and returns what `call` does, as far as that can be.
fn placeholder_for(
    krate: &TokenStream,
    ty: &impl ToTokens,
    generics: &Generics,
    call: Option<&ImplItemFn>,
) -> TokenStream {
    let mut errors = Errors::default();
    let call = call.map(|method| check::call(&method.sig, &mut errors));
    let (input, output) = match call {
        Some(Call {
            inputs,
            output: Some(output),
            ..
        }) if errors.count() == 0 => (
            arguments::input_type(&inputs, generics, krate),
            output_type(&output, generics, krate),
        ),
        _ => (quote!(#krate::Tensor), quote!(#krate::Tensor)),
    };
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Layer for #ty #where_clause {
            type Input = #input;
            type Output = #output;

            fn run(&self, _: Self::Input, _: ::core::primitive::bool) -> Self::Output {
                ::core::unreachable!()
            }
        }
    }
}

/// `Layer::Output`.
fn output_type(output: &Type, generics: &Generics, krate: &TokenStream) -> TokenStream {
    match arguments::output(output, generics) {
        Output::Direct => output.to_token_stream(),
        Output::Settled => {
            let outcome = outcome(output, krate);
            quote!(<#outcome>::Tensors)
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
    let settled = call.output.as_ref().filter(|ty| {
        let output = arguments::output(ty, &block.generics);
        matches!(output, Output::Settled)
    });
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
        let result = match settled {
            Some(output) => {
                let outcome = outcome(output, krate);
                quote! {
                    #krate::__private::must_be_returned::<#output>();
                    <#outcome>::settle(#result)
                }
            }
            None => result,
        };
        let uses = unused::ask(block, krate);
        return quote! {
            fn #name(&self, __input: Self::Input, #training: ::core::primitive::bool) -> #returned {
                #uses
                #(#before)*
                #result
            }
        };
    }
    let body = half_typed::statements(&method.block);
    let statements = match settled {
        Some(output) => {
            let mut body = Group::new(Delimiter::Brace, body);
            body.set_span(method.block.brace_token.span.join());
            let outcome = outcome(output, krate);
            quote! {
                #krate::__private::must_be_returned::<#output>();
                <#outcome>::settle((move || -> #output #body)())
            }
        }
        None => body,
    };
    let uses = unused::ask(block, krate);
    if let [one] = &call.inputs[..]
        && arguments::is_direct(one)
    {
        return quote! {
            #(#attrs)*
            #fn_token #name(#receiver, #one, #training) -> #returned { #uses #statements }
        };
    }
    let all = arguments::all(&call.inputs);
    let bindings = arguments::bindings(&call.inputs, &block.generics, krate);
    quote! {
        #(#attrs)*
        #fn_token #name(#receiver, #all: Self::Input, #training) -> #returned {
            #uses
            #(#bindings)*
            #statements
        }
    }
}

/// What comes out of a layer whose `call` returns this, by the traits that it has.
fn outcome(output: &Type, krate: &TokenStream) -> TokenStream {
    quote! {
        #krate::__private::Given<{
            use #krate::__private::Otherwise as _;
            <#krate::__private::Kind<#output>>::IS_RETURNED
        }> as #krate::__private::Outcome<#output>
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
