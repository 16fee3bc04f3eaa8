//! `impl Module`: the tree and the configuration.

use super::{generics, impl_with, settings};
use crate::syntax::{Field, Holder, Role, Struct, Variant};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Lit, Type};

pub fn expand(item: &Struct) -> TokenStream {
    let krate = &item.attrs.krate;
    let (class_name, aliases) = (item.class_name(), &item.attrs.aliases);
    let (visit, config, from_config) = match item.variants.is_empty() {
        true => (
            visits(&item.fields, krate, |f| {
                let ident = &f.ident;
                quote!(&self.#ident)
            }),
            {
                let entries = entries(&item.fields, krate, |f| {
                    let ident = &f.ident;
                    quote!(&self.#ident)
                });
                quote! {
                    let mut __config = #krate::config::Writer::new(#class_name);
                    #entries
                    __config.finish()
                }
            },
            from_config(&item.fields, &item.attrs.absent, krate, quote!(Self)),
        ),
        false => variants(item),
    };
    let check_settings = check_settings(item, &class_name);
    let body = quote! {
        fn class_name(&self) -> ::core::option::Option<&'static ::core::primitive::str> {
            ::core::option::Option::Some(#class_name)
        }

        fn visit<'__a>(
            &'__a self,
            __visit: &mut dyn ::core::ops::FnMut(&::core::primitive::str, &'__a dyn #krate::Module),
        ) {
            #visit
        }

        #check_settings

        fn config(&self) -> #krate::__private::serde_json::Value {
            #config
        }

        fn from_config(
            __config: &#krate::__private::serde_json::Value,
        ) -> #krate::Result<Self> {
            let __config = #krate::config::Reader::new(&[#class_name #(, #aliases)*], __config)?;
            #from_config
        }
    };
    impl_with(
        item,
        &generics::bounded(item),
        quote!(#krate::Module for),
        body,
    )
}

/// The check that settings of floats are not NaN; nothing for a struct that has none.
fn check_settings(item: &Struct, class_name: &str) -> Option<TokenStream> {
    let krate = &item.attrs.krate;
    let is_float = |f: &&Field| matches!(f.role, Role::Config) && holds_floats(&f.ty);
    let checks: Vec<TokenStream> = item
        .fields
        .iter()
        .filter(is_float)
        .map(|f| {
            let (name, ident) = (f.name(), &f.ident);
            quote!(#krate::config::check_floats(#class_name, #name, &self.#ident)?;)
        })
        .collect();
    (!checks.is_empty()).then(|| {
        quote! {
            fn check_settings(&self) -> #krate::Result<()> {
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// Whether a type is written as floats: `f64`, `Option<f32>`, `Vec<[f64; 2]>`.
fn holds_floats(ty: &Type) -> bool {
    match Holder::of(ty) {
        Some(Holder::Array(array)) => holds_floats(&array.elem),
        Some(Holder::Option(held) | Holder::Vec(held)) => holds_floats(held),
        Some(_) => false,
        None => matches!(ty, Type::Path(p) if p.path.is_ident("f64") || p.path.is_ident("f32")),
    }
}

/// `Debug`, by settings and layers.
pub fn debug(item: &Struct) -> TokenStream {
    let (krate, class_name) = (&item.attrs.krate, item.class_name());
    let shown = |f: &&Field| matches!(f.role, Role::Module | Role::Config);
    let fields = item.fields.iter().filter(shown).map(|f| {
        let (name, ident) = (f.name(), &f.ident);
        quote!((#name, &self.#ident))
    });
    let body = quote! {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            #krate::module::debug(__f, #class_name, &[#(#fields),*])
        }
    };
    let mut generics = item.generics.clone();
    if !generics.params.is_empty() {
        let clause = generics.make_where_clause();
        for field in item.fields.iter().filter(shown) {
            let ty = &field.ty;
            clause
                .predicates
                .push(syn::parse_quote!(#ty: ::core::fmt::Debug));
        }
    }
    impl_with(item, &generics, quote!(::core::fmt::Debug for), body)
}

/// A method of the trait that makes a type what its field must be: `<Dense as Module>::config`, to be called at once. As the only way in
/// which generated code asks for the trait it makes one error, at the type, of a type that does not have it, however often it is asked.
pub(super) fn access(field: &Field, krate: &TokenStream, method: &str) -> TokenStream {
    let (ty, method) = (&field.ty, Ident::new(method, Span::call_site()));
    match field.role {
        Role::Config => quote!(<#ty as #krate::config::ConfigValue>::#method),
        _ => quote!(<#ty as #krate::Module>::#method),
    }
}

/// Visits the fields, each at its place.
fn visits(
    fields: &[Field],
    krate: &TokenStream,
    place: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let visits = fields.iter().filter(|f| f.in_tree()).map(|f| {
        let (place, name, as_module) = (place(f), f.name(), access(f, krate, "as_module"));
        quote!(__visit(#name, #as_module(#place));)
    });
    visits.collect()
}

/// Writes the fields, each from its place.
fn entries(
    fields: &[Field],
    krate: &TokenStream,
    place: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let saved = |f: &&Field| f.is_saved() || f.weight.is_some();
    let entries = fields.iter().filter(saved).map(|f| {
        let (place, name) = (place(f), f.name());
        if let Some(weight) = &f.weight {
            let (prefix, initializer, buffer) = (f.prefix(weight), &weight.initializer, weight.buffer);
            return quote! {
                __config.weight(#prefix, ::core::convert::Into::into(#place), #initializer, #buffer);
            };
        }
        let to_json = match f.role {
            Role::Config => access(f, krate, "to_json"),
            _ => access(f, krate, "config"),
        };
        quote!(__config.entry(#name, #to_json(#place));)
    });
    entries.collect()
}

/// The bodies of `visit`, `config` and `from_config` for an enum: those of the variant that it is.
fn variants(item: &Struct) -> (TokenStream, TokenStream, TokenStream) {
    let (krate, class_name) = (&item.attrs.krate, item.class_name());
    let bound = |f: &Field| format_ident!("__{}", f.name());
    let place = |f: &Field| bound(f).to_token_stream();
    let (mut visited, mut written, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for Variant { ident, fields } in &item.variants {
        let pattern = |used: &dyn Fn(&Field) -> bool| {
            let bound = fields.iter().filter(|f| used(f)).map(|f| {
                let (member, name) = (f.member(), bound(f));
                quote!(#member: #name,)
            });
            quote!(Self::#ident { #(#bound)* .. })
        };
        let (name, is_part, is_saved) = (
            ident.unraw().to_string(),
            pattern(&Field::in_tree),
            pattern(&Field::is_saved),
        );
        let visits = visits(fields, krate, place);
        visited.push(quote!(#is_part => { #visits }));
        let entries = entries(fields, krate, place);
        written.push(quote!(#is_saved => { __config.variant(#name); #entries }));
        let made = from_config(fields, &item.attrs.absent, krate, quote!(Self::#ident));
        read.push(quote!(#name => { #made }));
    }
    let names = item.variants.iter().map(|v| v.ident.unraw().to_string());
    (
        quote!(match self { #(#visited)* }),
        quote! {
            let mut __config = #krate::config::Writer::new(#class_name);
            match self { #(#written)* }
            __config.finish()
        },
        quote! {
            let (__variant, __config) = __config.variant()?;
            match __variant {
                #(#read)*
                _ => ::core::result::Result::Err(__config.no_variant(__variant, &[#(#names),*])),
            }
        },
    )
}

/// Reads the fields; those under `#[config]` first, since expressions of `#[param(..)]` may name them.
fn from_config(
    fields: &[Field],
    absent: &[(Ident, Option<Lit>)],
    krate: &TokenStream,
    made: TokenStream,
) -> TokenStream {
    let known = fields.iter().filter(|f| f.is_saved()).map(Field::name);
    let weights = fields
        .iter()
        .filter_map(|f| Some(settings::keys(f, f.weight.as_ref()?)));
    let known: Vec<String> = known.chain(weights.flatten()).collect();
    let absent = absent.iter().map(|(name, value)| {
        let name = name.unraw().to_string();
        let value = value.as_ref().map_or(quote!("null"), |value| {
            let json = value.to_token_stream().to_string();
            quote!(#json)
        });
        quote!((#name, #value))
    });
    let is_config = |f: &&Field| matches!(f.role, Role::Config);
    let is_made = |f: &&Field| matches!(f.role, Role::Param(Some(_))) || f.weight.is_some();
    let read = |f: &Field, method| {
        let (name, method) = (f.name(), access(f, krate, method));
        // Called here, since the compiler reports a type without the trait once more where its function is handed on.
        quote!(__config.entry(#name, |__json| #method(__json))?)
    };
    let config = fields.iter().filter(is_config).map(|f| {
        let ident = &f.ident;
        // One number stands for all axes, as in Keras's arguments.
        let value = match settings::sides(settings::inner(&f.ty).unwrap_or(&f.ty)) {
            Some(axes) => {
                let (name, method) = (f.name(), access(f, krate, "from_json"));
                quote!(__config.entry(#name, |__json| #method(&#krate::config::for_axes(__json, #axes)))?)
            }
            None => read(f, "from_json"),
        };
        let value = match &f.default {
            None => value,
            Some(default) => {
                let (ty, name) = (&f.ty, f.name());
                quote! {
                    match __config.has(#name) {
                        true => #value,
                        false => {
                            let __default: #ty = #default;
                            __default
                        }
                    }
                }
            }
        };
        quote!(let #ident = #value;)
    });
    // A variable for each: one expression with a way out at every field takes the compiler a time that grows with the square of their
    // number. Expressions may use the configuration by value, and no name of another field.
    let params = fields.iter().filter(is_made);
    let others = fields.iter().filter(|f| !is_made(f) && !is_config(f));
    let mut members = Vec::new();
    let mut variables = Vec::new();
    for (i, f) in params.chain(others).enumerate() {
        let value = match (&f.role, &f.weight) {
            (_, Some(weight)) => settings::read(f, weight, krate),
            (Role::Param(Some(expr)), _) => expr.to_token_stream(),
            (Role::Skip, _) => quote!(::core::default::Default::default()),
            _ => read(f, "from_config"),
        };
        let (member, variable) = (f.member(), format_ident!("__{i}"));
        variables.push(quote!(let #variable = #value;));
        members.push(quote!(#member: #variable));
    }
    members.extend(fields.iter().filter(is_config).map(|f| {
        let (member, ident) = (f.member(), &f.ident);
        quote!(#member: #ident)
    }));
    quote! {
        __config.only(&[#(#known),*], &[#(#absent),*])?;
        #(#config)*
        #(#variables)*
        let __made = #made { #(#members),* };
        __config.finish(&__made)?;
        ::core::result::Result::Ok(__made)
    }
}
