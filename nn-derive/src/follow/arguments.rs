//! The arguments of a `call`, of which some are tensors.
//!
//! A model gets its tensors in a list, in the order in which they stand in its arguments. A block that is called in another one gets its
//! arguments as they are written there.

use super::{Follower, is_tensor};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, GenericArgument, Lit, Pat, PatType, PathArguments, Type};

/// How many of a list of tensors an argument takes.
#[derive(Clone, Copy)]
enum Takes {
    This(usize),
    /// It depends on how many there are, or on a type of the user's own.
    Unknown,
}

impl Takes {
    fn and(self, other: Takes) -> Takes {
        match (self, other) {
            (Takes::This(a), Takes::This(b)) => Takes::This(a + b),
            _ => Takes::Unknown,
        }
    }
}

/// Where a tensor stands in the list.
#[derive(Clone, Copy)]
enum At {
    /// Behind so many.
    Front(usize),
    /// Before so many others.
    Back(usize),
    Unknown,
}

impl At {
    /// The place behind some tensors that begin here.
    fn behind(self, taken: Takes) -> At {
        match (self, taken) {
            (at, Takes::This(0)) => at,
            (At::Front(n), Takes::This(k)) => At::Front(n + k),
            (At::Back(n), Takes::This(k)) => At::Back(n.saturating_sub(k)),
            _ => At::Unknown,
        }
    }
}

impl Follower<'_> {
    /// Binds the arguments of a `call` that does not take tensors alone. Gives the shape of the only tensor too, for `build`.
    pub(super) fn mixed_arguments(&mut self, inputs: &[PatType]) -> (TokenStream, TokenStream) {
        let krate = self.krate;
        let all: Vec<Takes> = inputs.iter().map(|input| takes(&input.ty)).collect();
        let sum = |part: &[Takes]| part.iter().fold(Takes::This(0), |sum, t| sum.and(*t));
        let mut bindings = TokenStream::new();
        if let Takes::This(count) = sum(&all)
            && count > 0
        {
            let answer = quote! {
                match __at.is_root() {
                    true => #krate::statics::inputs(__input, #count, __at),
                    false => ::core::result::Result::Ok(__input),
                }
            };
            let span = syn::spanned::Spanned::span(&inputs[0].pat);
            let value = self.settle(answer, span);
            bindings.extend(quote!(let __input = #value;));
        }
        let mut shape = quote!(__input.shape());
        for (i, input) in inputs.iter().enumerate() {
            let at = match (sum(&all[..i]), sum(&all[i..])) {
                (Takes::This(before), _) => At::Front(before),
                (_, Takes::This(after)) => At::Back(after),
                _ => At::Unknown,
            };
            let written = match inputs.len() {
                1 => quote!(__input),
                _ => quote!(__input.item(#i)),
            };
            if is_tensor(deref(&input.ty)) && matches!(sum(&all), Takes::This(1)) {
                let value = self.argument(&input.ty, at, &written);
                shape = quote!(#value.shape());
            }
            let is_last = matches!(sum(&all[i + 1..]), Takes::This(0));
            bindings.extend(self.bind_argument(&input.pat, &input.ty, at, written, is_last));
        }
        (bindings, shape)
    }

    fn bind_argument(
        &mut self,
        pat: &Pat,
        ty: &Type,
        at: At,
        written: TokenStream,
        is_last: bool,
    ) -> TokenStream {
        match (pat, deref(ty)) {
            (Pat::Paren(p), _) => self.bind_argument(&p.pat, ty, at, written, is_last),
            (Pat::Reference(p), _) => self.bind_argument(&p.pat, ty, at, written, is_last),
            (Pat::Tuple(parts), Type::Tuple(types))
                if parts.elems.len() == types.elems.len()
                    && !parts.elems.iter().any(|p| matches!(p, Pat::Rest(_))) =>
            {
                let (mut at, mut bindings) = (at, TokenStream::new());
                for (i, (part, ty)) in parts.elems.iter().zip(&types.elems).enumerate() {
                    let written = quote!(#written.item(#i));
                    bindings.extend(self.bind_argument(part, ty, at, written, false));
                    at = at.behind(takes(ty));
                }
                bindings
            }
            (_, list) => {
                if is_of_own_type(list)
                    && let Some(bindings) = self.bind_struct_of_call(
                        pat,
                        list,
                        &written,
                        is_last && matches!(at, At::Front(0)),
                    )
                {
                    return bindings;
                }
                let krate = self.krate;
                let value = match (at, is_list_of_tensors(list) && is_last) {
                    (At::Front(from), true) => quote! {
                        match __at.is_root() {
                            true => __input.leaves_from(#from),
                            false => #written,
                        }
                    },
                    _ => self.argument(ty, at, &written),
                };
                let value = match is_tensor(list) {
                    true => quote!(#krate::statics::Value::or_tensor(#value)),
                    false => value,
                };
                self.bind(pat, value)
            }
        }
    }

    /// An argument of a type of which it is known what it takes.
    fn argument(&self, ty: &Type, at: At, written: &TokenStream) -> TokenStream {
        let unknown = self.unknown();
        match (takes(ty), holds_nothing_else(deref(ty))) {
            (Takes::Unknown, _) => unknown,
            // What it is where a model runs is not known; what a block is called with is.
            (Takes::This(0), true) => quote! {
                match __at.is_root() {
                    true => #unknown,
                    false => #written,
                }
            },
            (Takes::This(0), false) => unknown,
            (Takes::This(_), _) => {
                let leaf = self.leaf(ty, at);
                quote! {
                    match __at.is_root() {
                        true => #leaf,
                        false => #written,
                    }
                }
            }
        }
    }

    /// The tensors of an argument in the list.
    fn leaf(&self, ty: &Type, at: At) -> TokenStream {
        let krate = self.krate;
        match (deref(ty), at) {
            (_, At::Unknown) => self.unknown(),
            (Type::Tuple(tuple), _) => {
                let (mut at, mut parts) = (at, Vec::new());
                for ty in &tuple.elems {
                    parts.push(self.leaf(ty, at));
                    at = at.behind(takes(ty));
                }
                quote!(#krate::statics::Value::many(&[#(#parts),*]))
            }
            (Type::Array(array), _) => {
                let each = takes(&array.elem);
                let (mut at, mut parts) = (at, Vec::new());
                for _ in 0..literal(&array.len).unwrap_or(0) {
                    parts.push(self.leaf(&array.elem, at));
                    at = at.behind(each);
                }
                quote!(#krate::statics::Value::many(&[#(#parts),*]))
            }
            (ty, At::Front(n)) if is_tensor(ty) => quote!(__input.leaf(#n)),
            (ty, At::Back(n)) if is_tensor(ty) => quote!(__input.leaf_from_end(#n)),
            _ => self.unknown(),
        }
    }
}

/// A type without the references around it.
fn deref(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => deref(&reference.elem),
        Type::Paren(paren) => deref(&paren.elem),
        Type::Group(group) => deref(&group.elem),
        _ => ty,
    }
}

/// How many tensors an argument of a type takes.
fn takes(ty: &Type) -> Takes {
    match deref(ty) {
        ty if is_tensor(ty) => Takes::This(1),
        ty if is_number(ty) => Takes::This(0),
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter();
            parts.fold(Takes::This(0), |sum, ty| sum.and(takes(ty)))
        }
        Type::Array(array) => match (takes(&array.elem), literal(&array.len)) {
            (Takes::This(0), _) => Takes::This(0),
            (Takes::This(each), Some(n)) => Takes::This(each * n),
            _ => Takes::Unknown,
        },
        Type::Slice(slice) => of_some(takes(&slice.elem)),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "str" || last.ident == "String" => Takes::This(0),
            Some(last) if last.ident == "Vec" || last.ident == "Option" => match &last.arguments {
                PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                    Some(GenericArgument::Type(ty)) => of_some(takes(ty)),
                    _ => Takes::Unknown,
                },
                _ => Takes::Unknown,
            },
            _ => Takes::Unknown,
        },
        _ => Takes::Unknown,
    }
}

/// What several of a kind take, of which the number is not known.
fn of_some(each: Takes) -> Takes {
    match each {
        Takes::This(0) => Takes::This(0),
        _ => Takes::Unknown,
    }
}

/// Whether a type may be a struct of tensors.
pub(super) fn is_of_own_type(ty: &Type) -> bool {
    let is_container = |path: &syn::TypePath| {
        let last = path.path.segments.last();
        last.is_some_and(|last| last.ident == "Vec" || last.ident == "Option")
    };
    matches!(ty, Type::Path(path) if matches!(takes(ty), Takes::Unknown) && !is_container(path))
}

/// Whether a type is a number or a flag.
fn is_number(ty: &Type) -> bool {
    let names = [
        "usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64",
        "bool",
    ];
    matches!(ty, Type::Path(path) if path.path.get_ident().is_some_and(|ident| names.iter().any(|name| ident == name)))
}

/// Whether a value of a type is known wherever its expression is: numbers, and tuples and arrays of them.
fn holds_nothing_else(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => tuple.elems.iter().all(|ty| is_number(deref(ty))),
        Type::Array(array) => is_number(deref(&array.elem)),
        other => is_number(other),
    }
}

/// `&[Tensor]` and `Vec<Tensor>`.
fn is_list_of_tensors(ty: &Type) -> bool {
    match ty {
        Type::Slice(slice) => is_tensor(deref(&slice.elem)),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let of_tensors = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => matches!(
                    arguments.args.first(),
                    Some(GenericArgument::Type(ty)) if is_tensor(deref(ty))
                ),
                _ => false,
            };
            last.ident == "Vec" && of_tensors
        }),
        _ => false,
    }
}

fn literal(len: &Expr) -> Option<usize> {
    match len {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(n) => n.base10_parse().ok(),
            _ => None,
        },
        other => syn::parse2::<syn::LitInt>(other.to_token_stream())
            .ok()?
            .base10_parse()
            .ok(),
    }
}
