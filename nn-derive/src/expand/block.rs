//! What `#[model] impl` generates.

use super::{call_at, hooks, layer, shape, stand_in, tensors};
use crate::check::{self, Uses};
use crate::errors::Errors;
use crate::syntax::Special;
use crate::{blocks, doubled, messages, misnamed, parse, rust_analyzer};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, ImplItem, ImplItemFn, ItemImpl, Type};

/// `#[model(keys)] impl`.
pub fn block(keys: TokenStream, mut block: ItemImpl) -> TokenStream {
    let mut errors = Errors::default();
    let krate = parse::of_impl(keys.clone(), &mut errors);
    if let Some((path, _)) = &block.trait_ {
        errors.at(path, messages::TRAIT_IMPL);
        let errors = errors.into_tokens();
        let is_layer = path.segments.last().is_some_and(|of| of.ident == "Layer");
        let call = methods(&block).find(|method| method.sig.ident == "call");
        // Of a trait that has no such `call` nothing else need be said, nor of one that stands in for the forward pass.
        let is_meant = is_layer || blocks::is_only_block(&block.self_ty);
        let layer = (is_meant && call.is_some()).then(|| layer::placeholder(&block, call, &krate));
        let kept = (!is_layer || layer.is_none()).then_some(&block);
        return quote!(#kept #layer #errors);
    }
    if doubled::is_lost(&block.self_ty) {
        // Which the compiler reports at the struct.
        return TokenStream::new();
    }
    parse::outer_attributes(&mut block);
    let is_model = |attr: &mut Attribute| attr.path().is_ident("model");
    for attr in block.attrs.extract_if(.., is_model) {
        errors.at(attr, messages::BLOCK_TWICE);
    }
    if let Some((condition, with, without)) = parse::alternatives(&block) {
        return alternatives(&keys, &krate, condition, [with, without]);
    }
    parse::fragments(&mut block);
    if let Some(call) = without_body(&block) {
        // Which the compiler reports.
        let layer = layer::placeholder(&block, Some(&call), &krate);
        return quote!(#block #layer);
    }
    let is_second = blocks::has_call_before(&block);
    let mut special = parse::special(&mut block, &mut errors);
    if let Type::Path(ty) = &*block.self_ty
        && let Some(name) = ty.path.get_ident()
        && let Some(mut found) = blocks::unmarked_struct(&name.to_string())
    {
        // Of an attribute that only a model has the compiler says that a derive is missing, and of `#[modle]` that there is none.
        let is_ours = |f: &syn::Field| f.attrs.iter().any(parse::is_ours);
        let mut is_said = found.fields.iter().any(is_ours);
        for attr in found.attrs.iter_mut().filter(|a| {
            parse::is_misspelled(a) || parse::is_other_word(a) || parse::is_exchanged(a)
        }) {
            attr.meta = parse::as_model(&attr.meta);
            is_said = true;
        }
        if !is_said {
            errors.at(name, messages::unmarked_struct(name));
        }
        let layer = layer::placeholder(&block, special.call.as_ref(), &krate);
        let (errors, stand_in) = (errors.into_tokens(), stand_in::plain(found.into()));
        return quote!(#errors #block #layer #stand_in);
    }
    if let Type::Path(ty) = &*block.self_ty
        && let Some(name) = ty.path.get_ident()
        && special.call.is_some()
    {
        if let Some(meant) = misnamed::meant_by(&name.to_string()) {
            errors.at(name, messages::no_such_struct(name, meant));
            return errors.into_tokens();
        }
        if check::is_unfit(&name.to_string()) {
            // Which the struct reports.
            return match check::is_refused(&name.to_string()) {
                true => TokenStream::new(),
                false => block.into_token_stream(),
            };
        }
        if blocks::is_tuple_struct(&name.to_string()) {
            // Which the struct reports. Its fields have no methods.
            block
                .items
                .retain(|item| !calls_by_position(item.to_token_stream()));
            let layer = layer::placeholder(&block, special.call.as_ref(), &krate);
            return quote!(#block #layer);
        }
    }
    if let Some(call) = special.call.as_ref().filter(|_| is_second) {
        errors.at(&call.sig.ident, messages::twice("call"));
        let errors = errors.into_tokens();
        return quote!(#block #errors);
    }
    if special.all().next().is_none() {
        let (errors, block) = (errors.into_tokens(), nothing_to_do(block, &krate));
        return quote!(#block #errors);
    }
    if block.generics.lifetimes().next().is_some() || has_lifetimes(&block.self_ty) {
        // The derive reports it at the struct.
        return block.into_token_stream();
    }
    if let Some((path, plain)) = special.call.as_ref().and_then(check::no_tensors) {
        let layer = layer::placeholder(&block, special.call.as_ref(), &krate);
        let name = plain.ident.to_string();
        if check::is_reported_before(&name) {
            return quote!(#block #layer);
        }
        errors.at(path, messages::struct_without_tensors(&name));
        let (errors, stand_in) = (errors.into_tokens(), tensors::plain(&plain.into(), &krate));
        return quote!(#block #layer #stand_in #errors);
    }
    let mut names = None;
    if let Some(call) = &mut special.call {
        let before = errors.count();
        check::missing_bounds(&mut block, &mut errors);
        let owner = &block.self_ty;
        let written_out = check::named_arguments(&mut call.sig, owner, &krate, &mut errors);
        names = (!written_out.is_empty()).then(|| names_used(&block, call, &written_out));
        if let Some(param) = check::unbound_layer(&block, call) {
            errors.at(param, messages::layer_bound(&param.ident));
        }
        if errors.count() > before {
            let layer = layer::placeholder(&block, special.call.as_ref(), &krate);
            let errors = errors.into_tokens();
            return quote!(#block #layer #names #errors);
        }
    }
    let layer = layer::expand(&block, &special, &krate, &mut errors);
    let hooks = hooks::expand(&special, &krate, &mut errors);
    shape::allow_large_errors(&mut block);
    let uses = special
        .call
        .as_ref()
        .map(|_| uses_const(&block, &special, errors.count() == 0));
    block
        .items
        .extend(hooks.into_iter().map(ImplItem::Verbatim));
    // Nothing is followed through a `call` that cannot be read.
    let is_sound = errors.count() == 0 || rust_analyzer::is_running();
    let errors = errors.into_tokens();
    let inherent = (!block.items.is_empty()).then_some(&block);
    let shape = special
        .call
        .as_ref()
        .filter(|_| is_sound)
        .map(|call| shape::expand(&block, call, special.build.as_ref(), &krate));
    // The user's code first: what is generated from it may change with every key that is typed, and must not move it.
    quote!(#inherent #layer #shape #uses #names #errors)
}

/// A `call` that ends where its body should be: `fn call(&self, x: Tensor) -> Tensor;`.
fn without_body(block: &ItemImpl) -> Option<ImplItemFn> {
    block.items.iter().find_map(|item| {
        let ImplItem::Verbatim(tokens) = item else {
            return None;
        };
        let method: syn::TraitItemFn = syn::parse2(tokens.clone()).ok()?;
        let (attrs, sig) = (method.attrs, method.sig);
        let is_call = sig.ident == "call" && method.default.is_none();
        is_call.then(|| syn::parse_quote!(#(#attrs)* #sig { ::core::unreachable!() }))
    })
}

/// A block that depends on a condition, once where it holds and once where it does not.
fn alternatives(
    keys: &TokenStream,
    krate: &TokenStream,
    condition: TokenStream,
    [with, without]: [ItemImpl; 2],
) -> TokenStream {
    // A block that is left without `call` and its kin is an ordinary one.
    let is_special = parse::special(&mut without.clone(), &mut Errors::default())
        .all()
        .next()
        .is_some();
    let attribute = is_special.then(|| quote!(#[#krate::model(#keys)]));
    quote! {
        #[cfg(#condition)]
        #[#krate::model(#keys)]
        #with
        #[cfg(not(#condition))]
        #attribute
        #without
    }
}

/// A block without `call` and its kin.
fn nothing_to_do(mut block: ItemImpl, krate: &TokenStream) -> TokenStream {
    let forward = block
        .items
        .iter()
        .position(|item| matches!(item, ImplItem::Fn(method) if is_forward(method)));
    if let Some(index) = forward
        && let ImplItem::Fn(method) = block.items[index].clone()
    {
        // An editor reads its body all the same.
        if !rust_analyzer::is_running() {
            block.items.remove(index);
        }
        // PyTorch's name, or Keras's with a slip. The placeholder keeps it from being reported as a missing `call` too.
        let name = &method.sig.ident;
        let message = match name == "forward" {
            true => messages::FORWARD_IS_CALL.to_string(),
            false => messages::nearly_call(name),
        };
        let error = syn::Error::new_spanned(name, message);
        let (error, layer) = (
            error.to_compile_error(),
            layer::placeholder(&block, Some(&method), krate),
        );
        return quote!(#block #layer #error);
    }
    if !block.generics.params.is_empty() {
        let error = syn::Error::new_spanned(&block.self_ty, messages::NOTHING_TO_DO);
        let error = error.to_compile_error();
        return quote!(#block #error);
    }
    // An error if there is a `call` in another block. If not, that is reported, and reason enough for this.
    let (ty, message) = (&block.self_ty, messages::NOTHING_TO_DO);
    let fail = call_at(quote!(#krate::statics::fail), quote!(#message), ty.span());
    quote! {
        #block
        const _: () = {
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &[""];
            }
            impl __Uses for #ty {}
            if <#ty>::__USES.len() != 1 || !<#ty>::__USES[0].is_empty() {
                #fail
            }
        };
    }
}

/// Whether a method is meant as the forward pass: it takes a tensor, and has nearly the name of one that does.
fn is_forward(method: &ImplItemFn) -> bool {
    let name = method.sig.ident.to_string();
    let plain = name.trim_matches('_').to_lowercase();
    let takes_tensor = || {
        let inputs = method.sig.inputs.to_token_stream().to_string();
        inputs.contains("self") && inputs.contains("Tensor")
    };
    let is_near = messages::distance(&plain, "call") <= 1 || plain == "forward";
    name == "forward" || is_near && takes_tensor()
}

/// What uses the names of types that were written out, which the user's code has no more.
fn names_used(block: &ItemImpl, call: &ImplItemFn, types: &[Type]) -> TokenStream {
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    let (self_ty, generics) = (&block.self_ty, &call.sig.generics);
    quote! {
        #[automatically_derived]
        impl #impl_generics #self_ty #where_clause {
            #[allow(dead_code)]
            fn __names_of_types #generics (#(_: #types),*) {}
        }
    }
}

/// Whether `self.0(x)` is in a piece of code.
fn calls_by_position(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_call = |part: &[TokenTree]| {
        matches!(part, [TokenTree::Ident(this), TokenTree::Punct(dot), TokenTree::Literal(_), TokenTree::Group(arguments)]
            if this == "self" && dot.as_char() == '.' && arguments.delimiter() == Delimiter::Parenthesis)
    };
    tokens.windows(4).any(is_call)
        || tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => calls_by_position(group.stream()),
            _ => false,
        })
}

fn methods(block: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The fields that the block mentions, for the check that every layer is used.
fn uses_const(block: &ItemImpl, special: &Special, is_sound: bool) -> TokenStream {
    let mut methods: Vec<String> = check::RESERVED
        .iter()
        .map(|name| name.to_string())
        .collect();
    let own = || self::methods(block);
    methods.extend(own().map(|m| m.sig.ident.to_string()));
    let mut uses = Uses::default();
    for method in own().chain(special.all()) {
        let body = method.block.to_token_stream();
        let body = match method.sig.ident == "build" {
            true => check::without_builds(body),
            false => body,
        };
        uses.scan(body, &methods);
    }
    if !is_sound {
        uses.everything();
    }
    let names = uses.names();
    let self_ty = &block.self_ty;
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #self_ty #where_clause {
            #[doc(hidden)]
            pub const __USES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
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
