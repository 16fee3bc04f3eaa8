//! What `#[model] impl` says about shapes: `__SHAPE`, and the use of the block's own `output_shape`.

use super::{call_at, cfgs};
use crate::errors::Errors;
use crate::syntax::{owned, typed_arguments};
use crate::{check, follow};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{ImplItem, ImplItemFn, ItemImpl, PatType, Type};

/// The inherent constant `__SHAPE`, which answers what comes out of `call`: by the `const fn output_shape` of the block, or by following
/// `call`.
pub fn expand(
    block: &ItemImpl,
    call: &ImplItemFn,
    build: Option<&ImplItemFn>,
    krate: &TokenStream,
) -> TokenStream {
    let parts = check::call(&call.sig, &mut Errors::default());
    let self_ty = &block.self_ty;
    let followed = match output_shape(block) {
        Some(rule) => follow::Followed {
            body: answer_by(rule, block, krate),
            methods: TokenStream::new(),
            functions: Vec::new(),
            sites: Vec::new(),
        },
        None => {
            let training = parts.training.as_ref();
            follow::call(krate, block, call, &parts.inputs, training, build)
        }
    };
    let own_rules = own_rules(block);
    let (answer, methods) = (followed.body, followed.methods);
    let check = check_input(block, krate);
    let calls = [&answer, &methods].map(|tokens| follow::mentions(tokens.clone(), "__call"));
    let call_of_a_field = calls.contains(&true).then(|| {
        let (impl_generics, _, where_clause) = block.generics.split_for_impl();
        quote! {
            const fn __call #impl_generics (
                __net: &#self_ty,
                __name: &::core::primitive::str,
                __input: #krate::statics::Value,
                __steps: &mut #krate::statics::Steps<'_>,
                __site: ::core::primitive::usize,
            ) -> #krate::statics::Value #where_clause {
                let __question = #krate::statics::Question::Call(__input);
                let __question = #krate::statics::Question::Field(__name, &__question);
                let __answer = <#self_ty>::__FIELDS.ask(__net, __question, &__steps.place());
                #krate::statics::settle(__answer, __steps, __site)
            }
        }
    });
    let sites = sites(&followed.sites, krate);
    let functions = followed.functions;
    let made = made(block, krate);
    let attrs = cfgs(&block.attrs);
    let (impl_generics, _, where_clause) = block.generics.split_for_impl();
    let parameters = &block.generics.params;
    let name = self_ty.to_token_stream().to_string();
    quote! {
        #(#attrs)*
        const _: () = {
            use #krate::statics::NotFollowed as _;

            const __BLOCK: &::core::primitive::str = ::core::concat!(
                ::core::module_path!(), ":", ::core::line!(), ":", ::core::column!(), ":", #name
            );

            #[doc(hidden)]
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            pub struct __Shape;

            #call_of_a_field

            #own_rules

            #[automatically_derived]
            impl __Shape {
                pub const fn ask #impl_generics (
                    self,
                    __net: &#self_ty,
                    __question: #krate::statics::Question<'_>,
                    __at: &#krate::statics::Place<'_>,
                ) -> #krate::statics::Answer #where_clause {
                    let #krate::statics::Question::Call(__input) = __question else {
                        return <#self_ty>::__FIELDS.ask(__net, __question, __at);
                    };
                    #check
                    #answer
                }

                #methods

                pub const fn locate<__R: #krate::statics::Failing, #parameters>(
                    self,
                    __failed: #krate::statics::Failed<__R>,
                    _: #krate::statics::Of<#self_ty>,
                ) #where_clause {
                    #sites
                    #(<#functions>::__locate::<__R>();)*
                    <#self_ty>::__FIELDS.locate(__failed, #krate::statics::Of::<#self_ty>::NEW);
                }
            }

            #made

            #[automatically_derived]
            impl #impl_generics #self_ty #where_clause {
                #[doc(hidden)]
                pub const __SHAPE: __Shape = __Shape;
            }
        };
    }
}

/// Why a block's own `new` makes no model that the compiler could check.
fn unfit(block: &ItemImpl, new: &ImplItemFn) -> Option<&'static str> {
    let sig = &new.sig;
    let returned = sig.output.to_token_stream().to_string();
    let own = format!("-> {}", block.self_ty.to_token_stream());
    if !sig.inputs.is_empty() {
        Some(
            "its own `new` takes arguments: `new(..)` in `#[model(..)]` gives each a value to check with",
        )
    } else if sig.constness.is_none() {
        Some("its own `new` is no `const fn`")
    } else if returned != "-> Self" && returned != own {
        Some("its own `new` does not give a `Self`")
    } else if new.attrs.iter().any(|a| a.path().is_ident("cfg")) {
        Some("its own `new` stands under `#[cfg(..)]`")
    } else {
        None
    }
}

/// `__MADE`, which checks a model made by the block's own `const fn new()`, or says why it does not.
fn made(block: &ItemImpl, krate: &TokenStream) -> Option<TokenStream> {
    if !block.generics.params.is_empty() {
        return None;
    }
    let new = block.items.iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "new" => Some(method),
        _ => None,
    })?;
    let self_ty = &block.self_ty;
    let name = self_ty.to_token_stream().to_string();
    if let Some(why) = unfit(block, new) {
        let note = crate::messages::left_to_build(&name, why);
        // An ordinary function of arguments is no slip, but how models are made that say nothing on their fields.
        let is_ordinary = new.sig.constness.is_none() && !new.sig.inputs.is_empty();
        let warning = (!is_ordinary).then(|| quote!(#[deprecated(note = #note)]));
        return Some(quote! {
            #[automatically_derived]
            impl #self_ty {
                #[doc(hidden)]
                pub const __MADE: #krate::statics::NotMade = #krate::statics::NotMade(#why);
                #[doc(hidden)]
                #warning
                pub const __NOT_CHECKED: () = ();
            }
        });
    }
    let run = super::output::run(
        krate,
        &self_ty.to_token_stream(),
        &quote!(<#self_ty>::new()),
        &quote!(__input),
        &name,
        &quote!(__is_strict),
        &quote!(__names),
    );
    Some(quote! {
        #[doc(hidden)]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        pub struct __Made;

        #[automatically_derived]
        impl __Made {
            pub const fn check(
                self,
                __input: #krate::statics::Value,
                __is_strict: ::core::primitive::bool,
                __names: &'static [&'static ::core::primitive::str],
            ) -> #krate::statics::Answer {
                #run
            }

            pub const fn why_not(self) -> ::core::option::Option<&'static ::core::primitive::str> {
                ::core::option::Option::None
            }
        }

        #[automatically_derived]
        impl #self_ty {
            #[doc(hidden)]
            pub const __MADE: __Made = __Made;
            #[doc(hidden)]
            pub const __NOT_CHECKED: () = ();
        }
    })
}

/// A constant that fails at the user's tokens from which the mistake comes, if it comes from one of these.
pub(super) fn sites(spans: &[Span], krate: &TokenStream) -> Option<TokenStream> {
    let checks = spans.iter().enumerate().map(|(number, span)| {
        let number = Literal::usize_unsuffixed(number);
        // Found by the macro's rules, shown at the user's place.
        let place = Span::mixed_site().located_at(*span);
        call_at(quote!(__fail_at::<__R>), quote!(#number), place)
    });
    let checks: Vec<TokenStream> = checks.collect();
    (!checks.is_empty()).then(|| {
        quote! {
            #[track_caller]
            const fn __fail_at<__R: #krate::statics::Failing>(__site: ::core::primitive::usize) {
                #krate::statics::fail_at::<__R>(__BLOCK, __site)
            }
            const { #(#checks;)* }
        }
    })
}

/// A `ShapeError` is large, since `const` code cannot allocate.
pub fn allow_large_errors(block: &mut ItemImpl) {
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
    let arguments = typed_arguments(sig);
    let ([input], Some(_), Some(_)) = (&arguments[..], sig.constness, sig.receiver()) else {
        return None;
    };
    match owned(&input.ty) {
        Type::Slice(_) => Some(Rule::Several),
        Type::Path(_) => Some(Rule::One),
        _ => None,
    }
}

/// The check of an input by the block's own `const fn check_input(&self, input: &Shape) -> Result<(), ShapeError>`: of a layer whose output
/// no `const fn` tells, since another layer makes it.
fn check_input(block: &ItemImpl, krate: &TokenStream) -> Option<TokenStream> {
    let statics = quote!(#krate::statics);
    let is_rule = |method: &ImplItemFn| {
        let sig = &method.sig;
        let output = sig.output.to_token_stream().to_string().replace(' ', "");
        sig.ident == "check_input"
            && sig.constness.is_some()
            && sig.receiver().is_some()
            && sig.inputs.len() == 2
            && output == "->Result<(),ShapeError>"
    };
    let mut items = block.items.iter();
    let has_one = items.any(|item| matches!(item, ImplItem::Fn(method) if is_rule(method)));
    has_one.then(|| {
        quote! {
            if let ::core::option::Option::Some(__shape) = __input.as_tensor()
                && let ::core::result::Result::Err(__error) = __net.check_input(&__shape)
            {
                return #statics::answer(::core::result::Result::Err(__error), __at);
            }
        }
    })
}

/// Whether the block has a `const fn` of this name.
fn has_const(block: &ItemImpl, name: &str) -> bool {
    block.items.iter().any(|item| match item {
        ImplItem::Fn(method) => method.sig.ident == name && method.sig.constness.is_some(),
        _ => false,
    })
}

/// Uses the block's own rules, also where no model that is checked does.
fn own_rules(block: &ItemImpl) -> Option<TokenStream> {
    let rules = ["output_shape", "kept_size", "elements"];
    let rules = rules.into_iter().filter(|name| has_const(block, name));
    let rules: Vec<Ident> = rules
        .map(|name| Ident::new(name, Span::call_site()))
        .collect();
    let self_ty = &block.self_ty;
    let is_plain = block.generics.params.is_empty() && !rules.is_empty();
    is_plain.then(|| quote!(const _: () = { #(let _ = <#self_ty>::#rules;)* };))
}

/// The answer of the block's own `output_shape`. It may say which size its parameters keep, by a `const fn kept_size(&self, input: &Shape)
/// -> usize`, and what its output holds, by a `const fn elements(&self, input: Elements) -> Result<Elements, ShapeError>`. A layer whose
/// parameters have a size of the input computes with floats.
fn answer_by(rule: Rule, block: &ItemImpl, krate: &TokenStream) -> TokenStream {
    let statics = quote!(#krate::statics);
    let (some, none) = (
        quote!(::core::option::Option::Some),
        quote!(::core::option::Option::None),
    );
    let (ok, err) = (
        quote!(::core::result::Result::Ok),
        quote!(::core::result::Result::Err),
    );
    let keeps_size = has_const(block, "kept_size");
    let otherwise = quote!(#ok(#statics::Value::TENSOR));
    let Rule::One = rule else {
        return quote! {
            match __input.as_tensors() {
                #some((__shapes, __n)) => {
                    #statics::answer(__net.output_shape(__shapes.split_at(__n).0), __at)
                }
                #none => #otherwise,
            }
        };
    };
    let kept = match keeps_size {
        true => quote!(__at.keeps(__net.kept_size(&__shape), #ok(__output))),
        false => quote!(#ok(__output)),
    };
    let (elements, holding) = if has_const(block, "elements") {
        let elements = quote! {
            let __elements = match __net.elements(__input.elements()) {
                #ok(__elements) => __elements,
                #err(__error) => return #err(#statics::Failure::new(__at.named(__error))),
            };
        };
        (elements, quote!(.holding(__elements)))
    } else if keeps_size {
        let name = block.self_ty.to_token_stream().to_string();
        let name = name.split([' ', '<']).next();
        let elements = quote! {
            if let #err(__failure) = #statics::floats(#name, __input, __at) {
                return #err(__failure);
            }
        };
        (elements, quote!(.holding(#statics::Elements::Float)))
    } else {
        Default::default()
    };
    quote! {
        match __input.as_tensor() {
            #some(__shape) => {
                #elements
                match __net.output_shape(&__shape) {
                    #ok(__output) => {
                        let __output = #statics::Value::tensor(__output) #holding;
                        #kept
                    }
                    __wrong => #statics::answer(__wrong, __at),
                }
            }
            #none => #otherwise,
        }
    }
}

/// A `build_parameters` for a layer without parameters that says which inputs it takes by an `output_shape`.
pub fn build_by_output_shape(
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
