//! The check that `call` uses every layer.

use super::call_at;
use crate::syntax::{Field, Struct};
use crate::{check, rust_analyzer};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::{ItemImpl, Type};

/// A compile error at each layer that no method of `#[model] impl` mentions.
pub fn expand(item: &Struct) -> TokenStream {
    let elsewhere = check::mentioned(&item.ident);
    let checked: Vec<&Field> = item
        .fields
        .iter()
        .filter(|f| f.in_tree() && !f.unused && !elsewhere.contains(&f.name()))
        .collect();
    if checked.is_empty() || !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let statics = quote!(#krate::statics);
    let mut names: Vec<String> = item.fields.iter().map(Field::name).collect();
    names.sort();
    let count = Literal::usize_unsuffixed(names.len());
    let types = types(checked.iter().map(|f| &f.ty));
    // What is no module has its error already, and need not be used too.
    let modules = types
        .iter()
        .map(|ty| quote!(let _ = <#ty as #krate::Module>::as_module;));
    let flags = types.iter().enumerate().map(|(i, ty)| {
        let flag = format_ident!("TYPE{i}");
        quote! {
            const #flag: ::core::primitive::bool = <#krate::__private::Layers<#ty>>::MAY_BE_UNUSED;
        }
    });
    let spellings = types.iter().map(|ty| ty.to_token_stream().to_string());
    let spellings: BTreeMap<String, usize> = spellings.zip(0..).collect();
    let is_used = checked.iter().map(|f| {
        let place = names.binary_search(&f.name()).expect("a field");
        let place = Literal::usize_unsuffixed(place);
        let flag = format_ident!("TYPE{}", spellings[&f.ty.to_token_stream().to_string()]);
        quote!(USED[#place] || #flag)
    });
    let is_used: Vec<TokenStream> = is_used.collect();
    let checked_names = checked.iter().map(|f| f.name());
    let checks = CHECKS.iter().enumerate().map(|(nth, check)| {
        let name = Ident::new(check, Span::call_site());
        let asserts = checked.iter().enumerate().map(|(i, f)| {
            let i = Literal::usize_unsuffixed(i);
            let assert = call_at(quote!(check), quote!(#i), f.ident.span());
            quote!(#assert;)
        });
        quote! {
            pub const #name: () = {
                const UNUSED: ::core::option::Option<::core::primitive::usize> =
                    #statics::unused(IS_USED, #nth);
                #[track_caller]
                const fn check(place: ::core::primitive::usize) {
                    #statics::must_be_used(UNUSED, place, CHECKED[place]);
                }
                #(#asserts)*
            };
        }
    });
    // Each takes its time: of many layers the first is told alone.
    let checks = checks.take(match checked.len() {
        many if many > 50 => 1,
        few => few,
    });
    quote! {
        const _: () = {
            use #krate::__private::OrNot as _;
            use #statics::NotFollowed as _;

            // `#[model] impl` has a constant of this name, which comes first. Without one, anything may be used.
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &["*"];
            }
            impl __Uses for #ident {}

            const NAMES: [&::core::primitive::str; #count] = [#(#names),*];
            // Beside shapes that do not fit it is silent.
            const USED: [::core::primitive::bool; #count] = {
                #(#modules)*
                match <#ident>::__CHECKED {
                    ::core::result::Result::Ok(_) => #statics::used(&NAMES, <#ident>::__USES),
                    ::core::result::Result::Err(_) => [true; #count],
                }
            };
            #(#flags)*
            const IS_USED: &[::core::primitive::bool] = &[#(#is_used),*];
            const CHECKED: &[&::core::primitive::str] = &[#(#checked_names),*];

            #[automatically_derived]
            #[doc(hidden)]
            impl #ident {
                #(#checks)*
            }
        };
    }
}

/// The checks, which [`ask`] asks for, of three layers at most: each constant can fail once.
const CHECKS: [&str; 3] = [
    "__EVERY_LAYER_IS_USED",
    "__EVERY_OTHER_IS_USED",
    "__ALL_OTHERS_ARE_USED",
];

/// Asks for the check in the body of `call`, as patterns: the compiler evaluates those where nothing else in the body is wrong.
pub fn ask(block: &ItemImpl, krate: &TokenStream) -> Option<TokenStream> {
    let is_checked = block.generics.params.is_empty() && !rust_analyzer::is_running();
    is_checked.then(|| {
        let checks = CHECKS.map(|check| Ident::new(check, Span::call_site()));
        quote! {
            {
                use #krate::statics::NotFollowed as _;
                #(let Self::#checks = ();)*
            }
        }
    })
}

/// The types, each once.
pub(super) fn types<'t>(all: impl Iterator<Item = &'t Type>) -> Vec<&'t Type> {
    let mut seen = BTreeSet::new();
    all.filter(|ty| seen.insert(ty.to_token_stream().to_string()))
        .collect()
}
