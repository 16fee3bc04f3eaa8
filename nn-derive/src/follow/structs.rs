//! Structs of tensors of the user's own, as what a `call` takes and gives: lists of their fields, in the order that only their own
//! `#[derive(Tensors)]` knows.

use super::arguments::is_of_own_type;
use super::bindings::member;
use super::{Follower, Local};
use crate::syntax::owned;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::{
    Expr, ExprStruct, FieldPat, GenericArgument, Ident, Pat, PatType, Path, PathArguments,
    ReturnType, Signature, Type,
};

impl Follower<'_> {
    /// Binds an argument of a function, which may be such a struct.
    pub(super) fn bind_given(&mut self, argument: &PatType, value: TokenStream) -> TokenStream {
        let (pat, ty) = (&argument.pat, owned(&argument.ty));
        let parts = is_of_own_type(ty).then(|| parts(ty)).flatten();
        parts
            .and_then(|parts| self.bind_struct(pat, ty, quote!(#parts.taken_as(#value))))
            .unwrap_or_else(|| self.bind(pat, value))
    }

    /// Binds an argument of `call` that is such a struct, if it may be one; it takes all tensors that a model is given, or not.
    pub(super) fn bind_struct_of_call(
        &mut self,
        pat: &Pat,
        ty: &Type,
        written: &TokenStream,
        is_all: bool,
    ) -> Option<TokenStream> {
        let (krate, parts) = (self.krate, parts(ty)?);
        let root = match is_all {
            true => quote!(#parts.taken_from(__input, __at)),
            false => quote!(::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)),
        };
        let answer = quote! {
            match __at.is_root() {
                true => #root,
                false => ::core::result::Result::Ok(#parts.taken_as(#written)),
            }
        };
        let value = self.read(answer, pat.span());
        self.bind_struct(pat, ty, value)
    }

    fn bind_struct(&mut self, pat: &Pat, ty: &Type, value: TokenStream) -> Option<TokenStream> {
        let parts = parts(ty)?;
        match pat {
            Pat::Ident(p) if p.by_ref.is_none() && p.subpat.is_none() => {
                let bindings = self.bind(pat, value);
                if matches!(self.local(&p.ident), Some(Local::Value { .. })) {
                    let (ty, mutable) = (Some(ty.clone()), p.mutability.is_some());
                    self.declare(&p.ident, Local::Value { mutable, ty });
                }
                Some(bindings)
            }
            Pat::Struct(p) => Some(self.bind_fields(p.fields.iter(), &parts, value)),
            Pat::TupleStruct(p) => Some(self.bind_all(p.elems.iter(), value)),
            _ => None,
        }
    }

    pub(super) fn bind_fields<'p>(
        &mut self,
        fields: impl Iterator<Item = &'p FieldPat>,
        parts: &TokenStream,
        value: TokenStream,
    ) -> TokenStream {
        let mut bindings = TokenStream::new();
        let whole = self.keep(value, &mut bindings);
        for field in fields {
            let name = member(&field.member);
            bindings.extend(self.bind(&field.pat, quote!(#whole.part(#parts, #name))));
        }
        bindings
    }

    /// The parts of `x` in `let Parts { a, b } = x`, where the type of `x` is written in the function's arguments.
    pub(super) fn known_parts(&self, p: &syn::PatStruct, value: &Expr) -> Option<TokenStream> {
        let ty = self.type_of(value)?;
        parts(ty).filter(|_| is_named(ty, &p.path))
    }

    /// The field of a struct that is an argument.
    pub(super) fn field_of_struct(&mut self, base: &Expr, name: &Ident) -> Option<TokenStream> {
        let parts = parts(self.type_of(base)?)?;
        let (value, name) = (self.expr(base), member(&name.clone().into()));
        Some(quote!(#value.part(#parts, #name)))
    }

    fn type_of(&self, value: &Expr) -> Option<&Type> {
        match value {
            Expr::Path(p) => match self.local(p.path.get_ident()?)? {
                Local::Value { ty, .. } => ty.as_ref(),
                _ => None,
            },
            Expr::Paren(e) => self.type_of(&e.expr),
            Expr::Reference(e) => self.type_of(&e.expr),
            _ => None,
        }
    }

    /// A struct that is written out: what comes out, if it is of the type that the function gives.
    pub(super) fn literal_struct(&mut self, e: &ExprStruct) -> Option<TokenStream> {
        let parts = self.given_parts(&e.path)?;
        if e.rest.is_some() || e.dot2_token.is_some() {
            return None;
        }
        let names: Vec<String> = e.fields.iter().map(|f| member(&f.member)).collect();
        let values = self.arguments(e.fields.iter().map(|f| &f.expr));
        Some(quote!(#parts.made_of(&[#((#names, #values)),*])))
    }

    /// The same of a name for it, by the variables of its fields.
    pub(super) fn named_struct(
        &self,
        path: &Path,
        fields: &BTreeMap<String, Ident>,
    ) -> Option<TokenStream> {
        let parts = self.given_parts(path)?;
        let (names, values): (Vec<_>, Vec<_>) = fields.iter().collect();
        Some(quote!(#parts.made_of(&[#((#names, #values)),*])))
    }

    /// The parts of what the function gives, if that is the type with this name.
    pub(super) fn given_parts(&self, path: &Path) -> Option<TokenStream> {
        let ty = self.gives.as_ref()?;
        parts(ty).filter(|_| is_named(ty, path))
    }
}

/// What a function gives, or what is in its `Result`.
pub(super) fn gives(sig: &Signature) -> Option<Type> {
    let ReturnType::Type(_, ty) = &sig.output else {
        return None;
    };
    let Type::Path(path) = &**ty else { return None };
    let last = path.path.segments.last()?;
    match (&last.arguments, last.ident == "Result") {
        (PathArguments::AngleBracketed(arguments), true) => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        },
        _ => Some((**ty).clone()),
    }
}

/// The constant that tells the fields of a type, if the type can be named in the generated function. It is there for every type; for one
/// without `#[derive(Tensors)]` it tells nothing.
fn parts(ty: &Type) -> Option<TokenStream> {
    let Type::Path(path) = ty else { return None };
    let is_plain = path.qself.is_none() && !needs_its_place(ty.to_token_stream());
    is_plain.then(|| quote!(<#ty>::__PARTS))
}

/// Whether a type means something only where it is written.
fn needs_its_place(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => ["Self", "_", "impl"].iter().any(|place| name == place),
        TokenTree::Punct(punct) => punct.as_char() == '\'',
        TokenTree::Group(group) => needs_its_place(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

/// Whether a type and a path end with the same name.
fn is_named(ty: &Type, path: &Path) -> bool {
    let Type::Path(ty) = ty else { return false };
    match (ty.path.segments.last(), path.segments.last()) {
        (Some(ty), Some(path)) => ty.ident == path.ident,
        _ => false,
    }
}
