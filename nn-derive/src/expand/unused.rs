//! The check that `call` uses every layer.

use super::call_at;
use crate::check;
use crate::syntax::{Field, Struct};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::Type;

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
    let asserts = checked.iter().map(|f| {
        let place = names.binary_search(&f.name()).expect("a field");
        let place = Literal::usize_unsuffixed(place);
        let flag = format_ident!("TYPE{}", spellings[&f.ty.to_token_stream().to_string()]);
        let assert = call_at(quote!(check), quote!(#place, #flag), f.ident.span());
        quote!(const _: () = #assert;)
    });
    quote! {
        const _: () = {
            use #krate::__private::OrNot as _;

            // `#[model] impl` has a constant of this name, which comes first. Without one, anything may be used.
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &["*"];
            }
            impl __Uses for #ident {}

            const NAMES: [&::core::primitive::str; #count] = [#(#names),*];
            const USED: [::core::primitive::bool; #count] = {
                #(#modules)*
                #statics::used(&NAMES, <#ident>::__USES)
            };
            #(#flags)*
            #[track_caller]
            const fn check(place: ::core::primitive::usize, may_be_unused: ::core::primitive::bool) {
                #statics::must_be_used(USED[place] || may_be_unused, NAMES[place]);
            }
            #(#asserts)*
        };
    }
}

/// The types, each once.
pub(super) fn types<'t>(all: impl Iterator<Item = &'t Type>) -> Vec<&'t Type> {
    let mut seen = BTreeSet::new();
    all.filter(|ty| seen.insert(ty.to_token_stream().to_string()))
        .collect()
}
