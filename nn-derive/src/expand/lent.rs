//! What `call` takes by reference, by value: a layer keeps its input while it runs, and lends it to the user's code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit::{self, Visit};
use syn::{GenericArgument, PathArguments, Type, parse_quote};

/// A type without its references, and with `'static` for every lifetime: what a layer keeps while it runs.
pub fn by_value(ty: &Type) -> Type {
    match ty {
        Type::Reference(r) if is_static(r) => ty.clone(),
        Type::Reference(r) => match &*r.elem {
            Type::Slice(slice) => {
                let element = by_value(&slice.elem);
                parse_quote!(::std::vec::Vec<#element>)
            }
            other if is_str(other) => parse_quote!(::std::string::String),
            other => by_value(other),
        },
        Type::Paren(paren) => by_value(&paren.elem),
        Type::Group(group) => by_value(&group.elem),
        Type::Tuple(tuple) => {
            let types = tuple.elems.iter().map(by_value);
            parse_quote!((#(#types,)*))
        }
        Type::Array(array) => {
            let (element, len) = (by_value(&array.elem), &array.len);
            parse_quote!([#element; #len])
        }
        Type::Path(path) => {
            let mut path = path.clone();
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        match argument {
                            GenericArgument::Type(ty) => *ty = by_value(ty),
                            GenericArgument::Lifetime(lifetime) => {
                                *lifetime = syn::Lifetime::new("'static", lifetime.span());
                            }
                            _ => {}
                        }
                    }
                }
            }
            Type::Path(path)
        }
        other => other.clone(),
    }
}

fn is_static(reference: &syn::TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// Whether something in a type is lent: `Option<&Tensor>`, `(Tensor, &[usize])`.
pub fn has_reference(ty: &Type) -> bool {
    struct References(bool);
    impl<'ast> Visit<'ast> for References {
        fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
            self.0 |= !is_static(reference);
            visit::visit_type_reference(self, reference);
        }
    }
    let mut references = References(false);
    references.visit_type(ty);
    references.0
}

/// The value at a place as an argument of this type: references where it has them. What must be kept for them comes to `held`.
pub fn lent(ty: &Type, place: TokenStream, held: &mut Vec<TokenStream>) -> TokenStream {
    if !has_reference(ty) {
        return place;
    }
    match ty {
        Type::Paren(paren) => lent(&paren.elem, place, held),
        Type::Group(group) => lent(&group.elem, place, held),
        Type::Reference(r) => match &*r.elem {
            Type::Slice(slice) if has_reference(&slice.elem) => {
                let elements = elements(&slice.elem, &quote!(&#place));
                quote!(&#elements)
            }
            inner if has_reference(inner) => {
                let inner = lent(inner, place, held);
                quote!(&#inner)
            }
            _ => quote!(&#place),
        },
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().enumerate().map(|(i, ty)| {
                let index = syn::Index::from(i);
                lent(ty, quote!(#place.#index), held)
            });
            quote!((#(#parts,)*))
        }
        _ => match argument_of(ty, "Option") {
            // `Option<&[&Tensor]>`: the references are made first, and then lent themselves.
            Some(Type::Reference(r)) if has_reference(&r.elem) => {
                let inner = match &*r.elem {
                    Type::Slice(slice) => elements(&slice.elem, &quote!(__value)),
                    inner => seen(inner, &quote!(__value)),
                };
                let name = format_ident!("__held{}", held.len());
                held.push(quote! {
                    let #name = ::core::option::Option::map(#place.as_ref(), |__value| #inner);
                });
                match &*r.elem {
                    Type::Slice(_) => quote!(#name.as_deref()),
                    _ => quote!(#name.as_ref()),
                }
            }
            _ => seen(ty, &quote!(&#place)),
        },
    }
}

/// The same of a value that is behind a reference.
fn seen(ty: &Type, reference: &TokenStream) -> TokenStream {
    if !has_reference(ty) {
        return quote!(::core::clone::Clone::clone(#reference));
    }
    if let Some(held) = argument_of(ty, "Option") {
        let value = seen(held, &quote!(__value));
        return quote! {
            ::core::option::Option::map(::core::option::Option::as_ref(#reference), |__value| #value)
        };
    }
    if let Some(element) = argument_of(ty, "Vec") {
        return elements(element, reference);
    }
    match ty {
        Type::Paren(paren) => seen(&paren.elem, reference),
        Type::Group(group) => seen(&group.elem, reference),
        Type::Reference(r) => match &*r.elem {
            Type::Slice(_) => quote!((#reference).as_slice()),
            inner if is_str(inner) => quote!((#reference).as_str()),
            _ => reference.clone(),
        },
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().enumerate().map(|(i, ty)| {
                let index = syn::Index::from(i);
                seen(ty, &quote!(&(#reference).#index))
            });
            quote!((#(#parts,)*))
        }
        Type::Array(array) => {
            let element = seen(&array.elem, &quote!(__value));
            quote!((#reference).each_ref().map(|__value| #element))
        }
        _ => quote!(::core::clone::Clone::clone(#reference)),
    }
}

/// All elements of a list behind a reference, collected.
fn elements(element: &Type, reference: &TokenStream) -> TokenStream {
    let element = seen(element, &quote!(__value));
    quote! {
        ::core::iter::Iterator::collect::<::std::vec::Vec<_>>(
            ::core::iter::Iterator::map((#reference).iter(), |__value| #element)
        )
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// What is in an `Option` or a `Vec`.
fn argument_of<'t>(ty: &'t Type, holder: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(list) = &last.arguments else {
        return None;
    };
    if last.ident != holder {
        return None;
    }
    list.args.iter().find_map(|a| match a {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
