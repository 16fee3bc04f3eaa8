//! The declared form: the `new` and the `Default` that are made from `#[layer(..)]` on fields.

use super::spanned;
use crate::blocks;
use crate::syntax::{Argument, Declared, Field, Holder, New, Role, Struct};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Type};

/// `new`, and `Default`.
pub fn expand(item: &Struct) -> TokenStream {
    let Some(new) = &item.attrs.new else {
        return TokenStream::new();
    };
    let (vis, ident) = (&item.vis, &item.ident);
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    // Expressions of `#[param(..)]` may use the configuration by value: they come before the fields that take it.
    let (made, handed): (Vec<_>, Vec<_>) = item
        .fields
        .iter()
        .partition(|f| f.declared.is_some() || matches!(f.role, Role::Param(Some(_))));
    let values = made
        .into_iter()
        .chain(handed)
        .filter_map(|field| value(field, new, item));
    let arguments = new.arguments.iter().map(
        |Argument {
             attrs, ident, ty, ..
         }| quote!(#(#attrs)* #ident: #ty),
    );
    let constness = item.has_const_new().then(|| quote!(const));
    let body = quote!(Self { #(#values),* });
    let (body, function) = match super::output::when_made(item, new, &body) {
        Some((checked, function)) => (checked, Some(function)),
        None => (body, None),
    };
    let doc = format!(" A `{}`, its layers as declared.", item.class_name());
    // Beside a `new` by hand, the compiler shows both.
    let signature = quote!(#vis #constness fn new(#(#arguments),*) -> Self);
    let signature = spanned(signature, new.span);
    let constructor = quote! {
        #[automatically_derived]
        impl #impl_generics #ident #type_generics #where_clause {
            #[doc = #doc]
            #[must_use]
            #signature {
                #body
            }

            #function
        }
    };
    // Who derives it has another one.
    let has_default =
        new.has_examples() && !blocks::derives(&item.ident.unraw().to_string(), "Default");
    let default = has_default.then(|| {
        let examples = new.examples();
        // Beside a layer of that name it is the struct's own, which comes first.
        let own = item.fields.iter().any(|f| f.name() == "default").then(|| {
            quote! {
                #[automatically_derived]
                impl #impl_generics #ident #type_generics #where_clause {
                    #[doc = #doc]
                    #[must_use]
                    #vis fn default() -> Self {
                        ::core::default::Default::default()
                    }
                }
            }
        });
        let of = quote!(impl #impl_generics ::core::default::Default for #ident #type_generics);
        // Beside a `Default` by hand, the compiler shows this one.
        let of = spanned(of, new.span);
        quote! {
            #own
            #[automatically_derived]
            #of #where_clause {
                fn default() -> Self {
                    Self::new(#(#examples),*)
                }
            }
        }
    });
    quote!(#constructor #default)
}

/// How `new` makes a field.
fn value(field: &Field, new: &New, item: &Struct) -> Option<TokenStream> {
    let krate = &item.attrs.krate;
    let ident = &field.ident;
    match (&field.declared, &field.role) {
        (Some(declared), _) => {
            let value = made(declared, &field.ty, krate);
            Some(quote!(#ident: #value))
        }
        (None, Role::Param(Some(expr))) => Some(quote!(#ident: #expr)),
        (None, _) if new.argument(ident).is_some() => Some(ident.to_token_stream()),
        (None, _) => {
            let value = field.default_value(item.has_const_new())?;
            Some(quote!(#ident: #value))
        }
    }
}

/// The expression that makes a field of this type: a layer by its own `new`, what holds layers from those.
fn made(declared: &Declared, ty: &Type, krate: &TokenStream) -> TokenStream {
    let holder = Holder::of(ty);
    if let Some(value) = holder
        .as_ref()
        .and_then(|holder| written_out(declared, holder))
    {
        return value;
    }
    match holder {
        None => layer(declared, ty),
        Some(Holder::Array(array)) => {
            let element = made(declared, &array.elem, krate);
            quote! {{
                let mut __array = #krate::__private::ArrayBuilder::new();
                while !__array.is_full() {
                    __array = __array.push(#element);
                }
                __array.finish()
            }}
        }
        Some(Holder::Option(held)) => {
            let held = made(declared, held, krate);
            quote!(::core::option::Option::Some(#held))
        }
        Some(Holder::Box(held)) => {
            let held = made(declared, held, krate);
            quote!(::std::boxed::Box::new(#held))
        }
        Some(Holder::Arc(held)) => {
            let held = made(declared, held, krate);
            quote!(::std::sync::Arc::new(#held))
        }
        Some(Holder::Vec(held)) => match &declared.count {
            None => layer(declared, ty),
            Some(count) => {
                let held = made(declared, held, krate);
                quote! {
                    ::core::iter::Iterator::collect(
                        ::core::iter::Iterator::map(0..#count, |_| #held)
                    )
                }
            }
        },
    }
}

/// What is written out where arguments could stand: `#[layer(None)]` of an `Option`, `#[layer(Dense::new(8))]` of a `Box<Dense>`.
fn written_out(declared: &Declared, holder: &Holder<'_>) -> Option<TokenStream> {
    let ([value], [], None) = (
        &declared.positional[..],
        &declared.settings[..],
        &declared.count,
    ) else {
        return None;
    };
    match holder {
        Holder::Option(_) if is_option(value) => Some(value.to_token_stream()),
        Holder::Option(held) if makes(value, held) => {
            Some(quote!(::core::option::Option::Some(#value)))
        }
        Holder::Box(held) if makes(value, held) => Some(quote!(::std::boxed::Box::new(#value))),
        Holder::Arc(held) if makes(value, held) => Some(quote!(::std::sync::Arc::new(#value))),
        _ => None,
    }
}

/// `None` or `Some(..)`.
fn is_option(value: &Expr) -> bool {
    match value {
        Expr::Path(path) => path.path.is_ident("None"),
        Expr::Call(call) => matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some")),
        _ => false,
    }
}

/// `Dense::new(8).activation(..)`, where a `Dense` is wanted.
fn makes(value: &Expr, wanted: &Type) -> bool {
    match value {
        Expr::MethodCall(call) => makes(&call.receiver, wanted),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let of = path.path.segments.iter().rev().nth(1);
                matches!((of, wanted), (Some(of), Type::Path(wanted))
                    if wanted.path.segments.last().is_some_and(|last| last.ident == of.ident))
            }
            _ => false,
        },
        _ => false,
    }
}

/// `Dense::new(32).activation(..)`.
fn layer(declared: &Declared, ty: &Type) -> TokenStream {
    let positional = &declared.positional;
    let names = declared.settings.iter().map(|(name, _)| name);
    let values = declared.settings.iter().map(|(_, value)| value);
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#positional),*));
    arguments.set_span(match declared.settings.is_empty() {
        true => declared.parentheses,
        false => declared.span,
    });
    let made = quote_spanned!(declared.span=> <#ty>::new #arguments);
    quote!(#made #(.#names(#values))*)
}
