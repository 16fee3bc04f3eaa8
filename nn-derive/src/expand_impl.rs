//! What `#[model] impl` generates: `Layer` from `call` and `build`, and the hooks that `fit` drives.

use crate::ast::Errors;
use crate::uses::{self, Uses};
use crate::{attr, check, follow, messages};
use proc_macro2::{Span, TokenStream};
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
    allow_large_errors(&mut block);
    let uses = special
        .call
        .as_ref()
        .map(|_| uses_const(&block, &special, errors.count() == 0));
    block
        .items
        .extend(uses.into_iter().chain(hooks).map(ImplItem::Verbatim));
    let errors = errors.into_tokens();
    let inherent = (!block.items.is_empty()).then_some(&block);
    let shape = shape(&block, &special, &krate);
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

/// The inherent constant `__SHAPE`, which answers what comes out of `call`: by the `const fn output_shape` of the block, or by following
/// `call`.
fn shape(block: &ItemImpl, special: &Special, krate: &TokenStream) -> Option<TokenStream> {
    let call = special.call.as_ref()?;
    let inputs = check::call(&call.sig, &mut Errors::default()).inputs;
    let self_ty = &block.self_ty;
    let followed = match output_shape(block) {
        Some(rule) => follow::Followed {
            body: answer_by(rule, krate),
            sites: Vec::new(),
        },
        None => follow::call(krate, self_ty, &block.generics, &inputs, &call.block),
    };
    let answer = followed.body;
    let sites = followed
        .sites
        .iter()
        .enumerate()
        .map(|(i, span)| site(i, *span, krate));
    let attrs = cfgs(&block.attrs);
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    let parameters = &block.generics.params;
    let name = self_ty.to_token_stream().to_string();
    Some(quote! {
        #(#attrs)*
        #[allow(non_local_definitions, clippy::all)]
        const _: () = {
            use #krate::statics::NotFollowed as _;

            const __BLOCK: &::core::primitive::str = ::core::concat!(
                ::core::module_path!(), ":", ::core::line!(), ":", ::core::column!(), ":", #name
            );

            #[doc(hidden)]
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            pub struct __Shape;

            #[automatically_derived]
            impl __Shape {
                #[allow(unused, unreachable_code)]
                pub const fn ask #impl_generics (
                    self,
                    __net: &#self_ty,
                    __question: #krate::statics::Question<'_>,
                    __at: &#krate::statics::Place<'_>,
                ) -> #krate::statics::Answer #where_clause {
                    let #krate::statics::Question::Call(__input) = __question else {
                        return <#self_ty>::__FIELDS.ask(__net, __question, __at);
                    };
                    #answer
                }

                pub const fn locate<__R: #krate::statics::Failing, #parameters>(
                    self,
                    __failed: #krate::statics::Failed<__R>,
                    _: #krate::statics::Of<#self_ty>,
                ) #where_clause {
                    #(#sites)*
                    <#self_ty>::__FIELDS.locate(__failed, #krate::statics::Of::<#self_ty>::NEW);
                }
            }

            #[automatically_derived]
            impl #impl_generics #self_ty #where_clause {
                #[doc(hidden)]
                pub const __SHAPE: __Shape = __Shape;
            }
        };
    })
}

/// A constant at the user's tokens, which fails if the mistake comes from there.
fn site(number: usize, span: Span, krate: &TokenStream) -> TokenStream {
    // Found by the macro's rules, shown at the user's place.
    let span = Span::mixed_site().located_at(span);
    let check: TokenStream = quote!(#krate::statics::fail_at::<__R>(__BLOCK, #number))
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        })
        .collect();
    quote!(const { #check };)
}

/// A `ShapeError` is large, since `const` code cannot allocate.
fn allow_large_errors(block: &mut ItemImpl) {
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item
            && method.sig.ident == "output_shape"
        {
            let allow = syn::parse_quote!(#[allow(clippy::result_large_err)]);
            method.attrs.push(allow);
        }
    }
}

/// What the block's own `output_shape` takes.
enum Rule {
    /// `&Shape`
    One,
    /// `&[Shape]`
    Several,
}

/// The `const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError>` of a block.
fn output_shape(block: &ItemImpl) -> Option<Rule> {
    let sig = block.items.iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "output_shape" => Some(&method.sig),
        _ => None,
    })?;
    let arguments = check::typed_arguments(sig);
    let ([input], Some(_), Some(_)) = (&arguments[..], sig.constness, sig.receiver()) else {
        return None;
    };
    match owned(&input.ty) {
        Type::Slice(_) => Some(Rule::Several),
        Type::Path(_) => Some(Rule::One),
        _ => None,
    }
}

/// The answer of the block's own `output_shape`.
fn answer_by(rule: Rule, krate: &TokenStream) -> TokenStream {
    let (some, none) = (
        quote!(::core::option::Option::Some),
        quote!(::core::option::Option::None),
    );
    let unknown = quote!(::core::result::Result::Ok(#krate::statics::Value::UNKNOWN));
    match rule {
        Rule::One => quote! {
            match __input.as_tensor() {
                #some(__shape) => #krate::statics::answer(__net.output_shape(&__shape), __at),
                #none => #unknown,
            }
        },
        Rule::Several => quote! {
            match __input.as_tensors() {
                #some((__shapes, __n)) => {
                    #krate::statics::answer(__net.output_shape(__shapes.split_at(__n).0), __at)
                }
                #none => #unknown,
            }
        },
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
        .or_else(|| build_by_output_shape(block, &call.inputs, krate));
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

/// A `build_parameters` for a layer without parameters that says which inputs it takes by an `output_shape`.
fn build_by_output_shape(
    block: &ItemImpl,
    inputs: &[PatType],
    krate: &TokenStream,
) -> Option<TokenStream> {
    let rule = output_shape(block)?;
    let [input] = inputs else { return None };
    let Type::Path(ty) = owned(&input.ty) else {
        return None;
    };
    match (rule, ty.path.segments.last()?.ident.to_string().as_str()) {
        (Rule::One, "Tensor") | (Rule::Several, "Vec") => Some(quote! {
            fn build_parameters(
                &self,
                __input: &<Self::Input as #krate::Tensors>::Shapes,
            ) -> #krate::Result<()> {
                self.output_shape(__input)?;
                ::core::result::Result::Ok(())
            }
        }),
        _ => None,
    }
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
fn cfgs(attrs: &[syn::Attribute]) -> impl Iterator<Item = &syn::Attribute> {
    let kept = [
        "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid",
    ];
    attrs
        .iter()
        .filter(move |a| kept.iter().any(|name| a.path().is_ident(name)))
}

/// The type of an input by value: what `call` takes by reference is the layer's to keep while it runs.
fn owned(ty: &Type) -> &Type {
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
