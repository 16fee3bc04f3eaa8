//! `OUTPUT`, the evaluation of which is the check of the shapes.

use crate::syntax::{Input, Struct};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// `OUTPUT`, the evaluation of which is the check of the shapes: for what can be made and followed in `const` code.
pub fn expand(item: &Struct) -> TokenStream {
    let Some(input) = &item.attrs.input else {
        return TokenStream::new();
    };
    if !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, vis, ident) = (&item.attrs.krate, &item.vis, &item.ident);
    let statics = quote!(#krate::statics);
    let shapes = match input {
        Input::One(shape) => {
            let shape = shape.typed.then(|| quote!(.shape));
            quote!(&[&#ident::INPUT #shape])
        }
        Input::Several(shapes) => {
            let places = shapes.iter().enumerate().map(|(i, shape)| {
                let (index, shape) = (syn::Index::from(i), shape.typed.then(|| quote!(.shape)));
                quote!(&#ident::INPUT.#index #shape)
            });
            quote!(&[#(#places),*])
        }
    };
    let input = quote!(#statics::Value::input(#shapes));
    let is_strict = item.attrs.strict.is_some();
    let (checked, output) = match &item.attrs.new {
        Some(new) if item.has_const_new() && new.has_examples() => {
            let examples = super::constructors::examples(new);
            let made = quote!(#ident::new(#(#examples),*));
            let name = item.class_name();
            let run = run(
                krate,
                &quote!(#ident),
                &made,
                &input,
                &name,
                &quote!(#is_strict),
            );
            let output = quote! {
                /// The shape of what `call` makes of an input of the shape `INPUT`, without the batch.
                #vis const OUTPUT: #krate::OutputShape = #krate::OutputShape::of(#ident::__CHECKED);
            };
            (run, Some(output))
        }
        Some(_) => return TokenStream::new(),
        // A `new()` by hand, perhaps.
        None => (quote!(<#ident>::__MADE.check(#input, #is_strict)), None),
    };
    // Whatever is wrong without a line to show, shows here.
    let place = Span::call_site().located_at(ident.span());
    let otherwise = quote_spanned!(place=> ::core::panic!("{}", __failure.message()));
    quote! {
        #[automatically_derived]
        impl #ident {
            #[doc(hidden)]
            const __CHECKED: #statics::Answer = {
                use #statics::NotFollowed as _;
                #checked
            };

            #output
        }
        const _: () = {
            use #statics::NotFollowed as _;
            struct __Root;
            impl #statics::Failing for __Root {
                const FAILURE: #statics::Failure = match #ident::__CHECKED {
                    ::core::result::Result::Err(__failure) => __failure,
                    _ => ::core::unreachable!(),
                };
            }
            if let ::core::result::Result::Err(__failure) = #ident::__CHECKED {
                <#ident>::__SHAPE.locate(
                    #statics::Failed::<__Root>::NEW,
                    #statics::Of::<#ident>::NEW,
                );
                #otherwise
            }
        };
    }
}

/// What comes out of a model in inference and in training, as an expression in `const` code.
pub fn run(
    krate: &TokenStream,
    ty: &TokenStream,
    made: &TokenStream,
    input: &TokenStream,
    class_name: &str,
    is_strict: &TokenStream,
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
        let (__inference, __training) = (#statics::Run::new(false), #statics::Run::new(true));
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
