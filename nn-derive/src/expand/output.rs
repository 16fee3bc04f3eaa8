//! `OUTPUT`, the evaluation of which is the check of the shapes.

use super::{call_at, parameters};
use crate::syntax::{Input, InputShape, New, Struct};
use crate::{check, messages, source};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Path};

/// `OUTPUT`, the evaluation of which is the check of the shapes: for what can be made and followed in `const` code.
///
/// A model with parameters is checked where one is made, for the parameters that it has there, by [`when_made`].
pub fn expand(item: &Struct) -> TokenStream {
    let (krate, vis, ident) = (&item.attrs.krate, &item.vis, &item.ident);
    let statics = quote!(#krate::statics);
    let (input, names) = (input(item), names(item));
    let is_strict = item.attrs.strict.is_some();
    let is_generic = !item.generics.params.is_empty();
    let (checked, output) = match (&item.attrs.new, &item.attrs.input) {
        (Some(new), given) if is_made(item, new) => {
            let output = given.as_ref().filter(|_| !is_generic).map(|_| {
                quote! {
                    /// The shape of what `call` makes of an input of the shape `INPUT`, without the batch.
                    #vis const OUTPUT: #krate::OutputShape = #krate::OutputShape::of(#ident::__CHECKED, #names);
                }
            });
            (made(item, new, &input, &names), output)
        }
        (None, Some(_)) if !is_generic => {
            // A `new()` by hand, perhaps.
            let checked = quote!(<#ident>::__MADE.check(#input, #is_strict, #names));
            (checked, None)
        }
        _ => return TokenStream::new(),
    };
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let ty = quote!(#ident #type_generics);
    let root = quote!(__Root #type_generics);
    let (definition, declared) = (root_of(item), parameters(&item.generics));
    // Whatever is wrong without a line to show, shows here.
    let otherwise = call_at(
        quote!(#statics::fail),
        quote!(__failure.message()),
        ident.span(),
    );
    let fail = quote! {
        if let ::core::option::Option::Some(__failure) = #statics::to_report(<#ty>::__CHECKED) {
            <#ty>::__SHAPE.locate(
                #statics::Failed::<#root>::NEW,
                #statics::Of::<#ty>::NEW,
            );
            #otherwise
        }
    };
    let compared = output.as_ref().and_then(|_| compared(item));
    let unmade = unmade(item);
    let of_known_parameters = of_known_parameters(item);
    let fail = match is_generic {
        false => fail,
        true => quote! {
            #[automatically_derived]
            impl #impl_generics #ty #where_clause {
                #[doc(hidden)]
                const __FAIL: () = { #fail };
            }
            #of_known_parameters
        },
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #ty #where_clause {
            #[doc(hidden)]
            pub const __CHECKED: #statics::Answer = {
                use #statics::NotFollowed as _;
                #checked
            };

            #output
        }
        #compared
        const _: () = {
            use #statics::NotFollowed as _;
            #unmade
            #definition
            impl <#(#declared),*> #statics::Failing for #root #where_clause {
                const FAILURE: #statics::Failure = match <#ty>::__CHECKED {
                    ::core::result::Result::Err(__failure) => __failure,
                    _ => ::core::unreachable!(),
                };
            }
            #fail
        };
    }
}

/// The check of a model with parameters for those that it has where none is given, and for the numbers that its file gives to it: at once, and
/// not where one is made, which is when the whole program is.
fn of_known_parameters(item: &Struct) -> TokenStream {
    if item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (ident, params) = (&item.ident, &item.generics.params);
    let has_default = |param: &GenericParam| match param {
        GenericParam::Type(ty) => ty.default.is_some(),
        GenericParam::Const(number) => number.default.is_some(),
        GenericParam::Lifetime(_) => false,
    };
    let required = params.iter().filter(|param| !has_default(param)).count();
    let are_numbers = params.iter().all(|param| match param {
        GenericParam::Const(number) => {
            source::is_number(&number.ty) || number.ty.to_token_stream().to_string() == "bool"
        }
        _ => false,
    });
    let lists = match are_numbers {
        true => source::numbers_given(&ident.to_string()),
        false => Vec::new(),
    };
    let fits = |list: &&Vec<String>| (required..=params.len()).contains(&list.len());
    let given = lists.iter().filter(fits).map(|list| {
        let numbers = list.iter().filter_map(|n| n.parse::<TokenStream>().ok());
        quote!(const _: () = <#ident<#(#numbers),*>>::__FAIL;)
    });
    let of_defaults = (required == 0).then(|| quote!(const _: () = <#ident>::__FAIL;));
    quote!(#(#given)* #of_defaults)
}

/// An error where the model must be checked and nothing makes one that can be, as far as the `#[model] impl` says.
fn unmade(item: &Struct) -> Option<TokenStream> {
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let key = item.attrs.strict.as_ref()?;
    if item.attrs.new.is_some() {
        return None;
    }
    let message = messages::not_checked("|");
    let (before, after) = message.split_once('|')?;
    let message = quote!(#krate::ShapeError::new(#before).text(__why).text(#after).message());
    let fail = call_at(quote!(#krate::statics::fail), message, key.span());
    Some(quote! {
        if let ::core::option::Option::Some(__why) = <#ident>::__MADE.why_not() {
            #fail
        }
    })
}

/// A warning where a model says what goes in, and that it is not made so that the compiler can check it.
pub fn note(item: &Struct) -> Option<TokenStream> {
    let attrs = &item.attrs;
    if attrs.input.is_none() || attrs.checked_by_build {
        return None;
    }
    if attrs.new.is_none() && attrs.strict.is_none() && item.generics.params.is_empty() {
        // What the `#[model] impl` makes is not seen here: if it makes none that can be checked, this constant is one that warns.
        let key = attrs.keys.iter().find(|key| *key == "input")?;
        let (ident, krate) = (&item.ident, &attrs.krate);
        // The lint speaks of what stands at the user's place alone.
        let named = quote_spanned!(key.span()=> <#ident>::__NOT_CHECKED);
        return Some(quote! {
            const _: () = {
                use #krate::statics::NotFollowed as _;
                #named
            };
        });
    }
    let (Some(key), Some(why)) = (&attrs.not_const, check::unchecked(item)) else {
        return None;
    };
    let note = messages::left_to_build(&item.class_name(), why);
    Some(warning("NotChecked", key.span(), &note))
}

/// A warning of the compiler's at a place, under a name that says what it is about.
pub fn warning(name: &str, place: Span, note: &str) -> TokenStream {
    // The lint speaks of what stands at the user's place alone.
    let name = Ident::new(name, place);
    quote! {
        const _: () = {
            #[deprecated(note = #note)]
            struct #name;
            let _ = #name;
        };
    }
}

/// Whether the generated constructor makes a model that can be checked: one without parameters also where nothing says what goes in.
fn is_made(item: &Struct, new: &New) -> bool {
    let is_plain = item.generics.params.is_empty() || item.attrs.input.is_some();
    is_plain && item.has_const_new() && new.has_examples()
}

/// The constructor of a model with parameters: its body, which fails the compilation if there is a mistake for the parameters that it has, and
/// the function that makes it, which the check can call.
pub fn when_made(
    item: &Struct,
    new: &New,
    body: &TokenStream,
) -> Option<(TokenStream, TokenStream)> {
    let is_checked = !item.generics.params.is_empty() && is_made(item, new);
    is_checked.then(|| {
        let names = new.arguments.iter().map(|argument| {
            let (attrs, ident) = (&argument.attrs, &argument.ident);
            quote!(#(#attrs)* #ident)
        });
        let arguments = new.arguments.iter().map(|argument| {
            let (attrs, ident, ty) = (&argument.attrs, &argument.ident, &argument.ty);
            quote!(#(#attrs)* #ident: #ty)
        });
        (
            quote!(const { Self::__FAIL }; Self::__made(#(#names),*)),
            quote! {
                #[doc(hidden)]
                const fn __made(#(#arguments),*) -> Self { #body }
            },
        )
    })
}

/// A type that names the model in the search for the line of a mistake.
fn root_of(item: &Struct) -> TokenStream {
    let declared = parameters(&item.generics);
    let types = item.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(ty) => Some(&ty.ident),
        _ => None,
    });
    let where_clause = &item.generics.where_clause;
    match item.generics.params.is_empty() {
        true => quote!(
            struct __Root;
        ),
        false => quote! {
            struct __Root<#(#declared),*>(::core::marker::PhantomData<fn() -> (#(#types,)*)>) #where_clause;
        },
    }
}

/// The value of the input in the check.
fn input(item: &Struct) -> TokenStream {
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let (_, type_generics, _) = item.generics.split_for_impl();
    // Names are open in the constant.
    let given = |shape: &InputShape, place: TokenStream| {
        let value = match (item.attrs.names.is_empty(), &shape.dtype) {
            (false, _) => shape.named.clone(),
            (true, Some(_)) => quote!(#place.shape),
            (true, None) => place,
        };
        value_of(item, shape, value)
    };
    let constant = quote!(<#ident #type_generics>::INPUT);
    match &item.attrs.input {
        None => quote!(#krate::statics::Value::TENSOR),
        Some(Input::One(shape)) => given(shape, constant),
        Some(Input::Several(shapes)) => {
            let values = shapes.iter().enumerate().map(|(i, shape)| {
                let index = syn::Index::from(i);
                given(shape, quote!(#constant.#index))
            });
            quote!(#krate::statics::Value::many(&[#(#values),*]))
        }
    }
}

/// A tensor of a shape without its batch.
fn value_of(item: &Struct, shape: &InputShape, given: TokenStream) -> TokenStream {
    let krate = &item.attrs.krate;
    let statics = quote!(#krate::statics);
    let has_names = !item.attrs.names.is_empty();
    let elements = match &shape.dtype {
        Some(dtype) => quote!(#statics::Elements::of(#krate::DType::#dtype)),
        None => quote!(#statics::Elements::Unknown),
    };
    quote!(#statics::Value::input(&#given, #elements, #has_names))
}

/// The check of the loss, and of its targets, against what comes out.
fn compared(item: &Struct) -> Option<TokenStream> {
    let (krate, ident, names) = (&item.attrs.krate, &item.ident, names(item));
    let statics = quote!(#krate::statics);
    let losses = &item.attrs.losses;
    let first = losses.first()?;
    let checked = quote!(&#ident::__CHECKED);
    let check = |answer: TokenStream, span: Span| {
        let message = quote!(__error.under(#names).message());
        let fail = call_at(quote!(#statics::fail), message, span);
        quote! {
            if let ::core::result::Result::Err(__error) = #answer {
                #fail
            }
        }
    };
    let name = |loss: &Path| loss.segments.last().map(|last| last.ident.to_string());
    // One after the other: the first that does not fit is the mistake.
    let mut checks = TokenStream::new();
    let n = losses.len();
    if n > 1 {
        checks.extend(check(quote!(#statics::losses(#n, #checked)), first.span()));
    }
    for (i, loss) in losses.iter().enumerate() {
        let which = match n {
            1 => quote!(::core::option::Option::None),
            _ => quote!(::core::option::Option::Some(#i)),
        };
        let name = name(loss);
        let scores = quote!(#statics::scores(#name, #checked, #which));
        checks.extend(check(scores, loss.span()));
    }
    if let Some((key, shapes)) = &item.attrs.targets {
        let count = shapes.len();
        let as_many = quote!(#statics::as_many_targets(#count, #checked));
        checks.extend(check(as_many, key.span()));
        for (i, shape) in shapes.iter().enumerate() {
            let name = name(losses.get(i).unwrap_or(first));
            let value = value_of(item, shape, shape.named.clone());
            let fits = quote!(#statics::targets(#name, #checked, #i, #value));
            checks.extend(check(fits, key.span()));
        }
    }
    Some(quote! {
        const _: () = {
            // Whether there are such losses.
            #(let _ = ::core::marker::PhantomData::<#losses>;)*
            #checks
        };
    })
}

/// The names of dimensions, for messages.
fn names(item: &Struct) -> TokenStream {
    let names = &item.attrs.names;
    quote!(&[#(#names),*])
}

/// The check of a model that is made by the generated constructor.
fn made(item: &Struct, new: &New, input: &TokenStream, names: &TokenStream) -> TokenStream {
    let (ident, is_strict) = (&item.ident, item.attrs.strict.is_some());
    let (_, type_generics, _) = item.generics.split_for_impl();
    let ty = quote!(#ident #type_generics);
    let constructor = match item.generics.params.is_empty() {
        true => quote!(#ident::new),
        false => quote!(<#ty>::__made),
    };
    let examples = new.examples();
    run(
        &item.attrs.krate,
        &ty,
        &quote!(#constructor(#(#examples),*)),
        input,
        &item.class_name(),
        &quote!(#is_strict),
        names,
    )
}

/// What comes out of a model in inference and in training, as an expression in `const` code.
pub fn run(
    krate: &TokenStream,
    ty: &TokenStream,
    made: &TokenStream,
    input: &TokenStream,
    class_name: &str,
    is_strict: &TokenStream,
    names: &TokenStream,
) -> TokenStream {
    let statics = quote!(#krate::statics);
    let ask = |run: TokenStream| {
        quote! {
            <#ty>::__SHAPE.ask(
                &__net,
                #statics::Question::Call(__input),
                &#statics::Place::root(#class_name, &#run),
            )
        }
    };
    let (inference, training) = (ask(quote!(__inference)), ask(quote!(__training)));
    quote! {{
        let __net = #made;
        let __input = #input;
        let (__inference, __training) = (
            #statics::Run::new(false).under(#names),
            #statics::Run::new(true).under(#names),
        );
        let mut __answer = #inference;
        if __inference.asks_for_training() && __answer.is_ok() {
            __answer = #statics::either(__answer, #training);
        }
        let _ = ::core::mem::ManuallyDrop::new(__net);
        match #is_strict {
            true => __inference.strictly(__answer),
            false => __answer,
        }
    }}
}
