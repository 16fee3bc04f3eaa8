//! The declared form: the `new` and the `Default` that are made from `#[layer(..)]` on fields.

use crate::syntax::{Argument, Declared, Field, New, Role, Struct};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
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
        .filter_map(|field| value(field, new));
    let arguments = new
        .arguments
        .iter()
        .map(|Argument { ident, ty, .. }| quote!(#ident: #ty));
    let constness = item.attrs.not_const.is_none().then(|| quote!(const));
    let doc = format!(" A `{}`, its layers as declared.", item.class_name());
    // Beside a `new` by hand, the compiler shows both.
    let signature = quote!(#vis #constness fn new(#(#arguments),*) -> Self);
    let signature: TokenStream = signature
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(new.span));
            token
        })
        .collect();
    let constructor = quote! {
        #[automatically_derived]
        #[allow(dead_code, clippy::too_many_arguments, clippy::new_without_default)]
        impl #impl_generics #ident #type_generics #where_clause {
            #[doc = #doc]
            #[must_use]
            #signature {
                Self { #(#values),* }
            }
        }
    };
    let default = new.has_examples().then(|| {
        let examples = new.arguments.iter().filter_map(|a| a.example.as_ref());
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::default::Default for #ident #type_generics #where_clause {
                fn default() -> Self {
                    Self::new(#(#examples),*)
                }
            }
        }
    });
    quote!(#constructor #default)
}

/// How `new` makes a field.
fn value(field: &Field, new: &New) -> Option<TokenStream> {
    let ident = &field.ident;
    match (&field.declared, &field.role) {
        (Some(declared), _) => {
            let value = made(declared, &field.ty);
            Some(quote!(#ident: #value))
        }
        (None, Role::Param(Some(expr))) => Some(quote!(#ident: #expr)),
        (None, _) => new.argument(ident).map(|_| ident.to_token_stream()),
    }
}

/// The expression that makes a field of this type.
fn made(declared: &Declared, ty: &Type) -> TokenStream {
    if let Type::Array(array) = ty
        && let Expr::Lit(len) = &array.len
        && let syn::Lit::Int(len) = &len.lit
        && let Ok(len) = len.base10_parse::<usize>()
    {
        let element = made(declared, &array.elem);
        let elements = std::iter::repeat_n(element, len);
        return quote!([#(#elements),*]);
    }
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
