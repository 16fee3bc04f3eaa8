//! Operators, literals, tuples and assignments.

use super::scan::has_let;
use super::{Follower, Local, variable};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit, Member, UnOp};

impl Follower<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> TokenStream {
        if let Some(path) = self.path(expr) {
            return match path.is_empty() {
                true => self.unknown(),
                false => {
                    let krate = self.krate;
                    self.ask(&path, quote!(#krate::statics::Question::Read), expr.span())
                }
            };
        }
        let krate = self.krate;
        match expr {
            Expr::Lit(e) => match &e.lit {
                Lit::Int(n) => match n.base10_parse::<isize>() {
                    Ok(n) => quote!(#krate::statics::Value::int(#n)),
                    Err(_) => quote!(#krate::statics::Value::SCALAR),
                },
                Lit::Float(_) => quote!(#krate::statics::Value::SCALAR),
                Lit::Bool(b) => quote!(#krate::statics::Value::truth_of(#b)),
                _ => self.unknown(),
            },
            Expr::Path(p) => match p.path.get_ident() {
                Some(ident) if self.local(ident).is_some() => variable(ident).into_token_stream(),
                Some(ident) if self.consts.contains(&ident.to_string()) => {
                    quote!(#krate::statics::Value::int(#ident as ::core::primitive::isize))
                }
                _ => self.unknown(),
            },
            Expr::Paren(e) => self.expr(&e.expr),
            Expr::Group(e) => self.expr(&e.expr),
            Expr::Reference(e) if e.mutability.is_none() => self.expr(&e.expr),
            Expr::Cast(e) => self.cast(e),
            Expr::Block(e) if e.label.is_none() => self.block(&e.block),
            Expr::Unary(e) => {
                let value = self.expr(&e.expr);
                match e.op {
                    UnOp::Deref(_) => value,
                    _ => quote!(#krate::statics::negated(#value)),
                }
            }
            Expr::Tuple(e) => self.many(e.elems.iter()),
            Expr::Array(e) => self.many(e.elems.iter()),
            Expr::Field(e) => match &e.member {
                Member::Unnamed(index) => {
                    let (value, i) = (self.expr(&e.base), index.index as usize);
                    quote!(#value.item(#i))
                }
                Member::Named(_) => self.unknown(),
            },
            Expr::Index(e) => {
                let (value, index) = (self.expr(&e.expr), self.expr(&e.index));
                let answer = quote!(#krate::statics::index(#value, #index, __at));
                self.settle(answer, e.index.span())
            }
            Expr::Binary(e) => self.binary(e),
            Expr::Assign(e) => self.assign(e),
            Expr::If(e) if !matches!(*e.cond, Expr::Let(_)) && !has_let(&e.cond) => self.if_(e),
            Expr::Return(e) => {
                let value = e.expr.as_ref().map(|e| self.expr(e));
                let value = value.unwrap_or_else(|| self.unknown());
                let never = self.never();
                quote! {{
                    let __returned = __out.join(#value);
                    if !__branch {
                        return ::core::result::Result::Ok(__returned);
                    }
                    __out = __returned;
                    __left = true;
                    #never
                }}
            }
            Expr::ForLoop(e) => self.for_(e),
            Expr::Call(e) => self.function(e),
            Expr::MethodCall(e) => self.method(e),
            Expr::Macro(e) => self.macro_(&e.mac),
            other => self.opaque(other.to_token_stream()),
        }
    }

    /// Numbers stay what they are among types that hold sizes.
    pub(super) fn cast(&mut self, e: &syn::ExprCast) -> TokenStream {
        let (krate, value) = (self.krate, self.expr(&e.expr));
        match e.ty.to_token_stream().to_string().as_str() {
            "usize" | "isize" | "u32" | "i32" | "u64" | "i64" => value,
            "f32" | "f64" => quote!({ let _ = #value; #krate::statics::Value::SCALAR }),
            _ => quote!({ let _ = #value; #krate::statics::Value::UNKNOWN }),
        }
    }

    pub(super) fn many<'e>(&mut self, parts: impl Iterator<Item = &'e Expr>) -> TokenStream {
        let krate = self.krate;
        let parts: Vec<TokenStream> = parts.map(|e| self.expr(e)).collect();
        quote!(#krate::statics::Value::many(&[#(#parts),*]))
    }

    pub(super) fn binary(&mut self, e: &syn::ExprBinary) -> TokenStream {
        let krate = self.krate;
        let (sign, assigns) = match e.op {
            BinOp::Add(_) => ("+", false),
            BinOp::Sub(_) => ("-", false),
            BinOp::Mul(_) => ("*", false),
            BinOp::Div(_) => ("/", false),
            BinOp::Rem(_) => ("%", false),
            BinOp::Eq(_) => ("==", false),
            BinOp::Ne(_) => ("!=", false),
            BinOp::Lt(_) => ("<", false),
            BinOp::Le(_) => ("<=", false),
            BinOp::Gt(_) => (">", false),
            BinOp::Ge(_) => (">=", false),
            BinOp::AddAssign(_) => ("+", true),
            BinOp::SubAssign(_) => ("-", true),
            BinOp::MulAssign(_) => ("*", true),
            BinOp::DivAssign(_) => ("/", true),
            BinOp::And(_) => return self.and_or(e, false),
            BinOp::Or(_) => return self.and_or(e, true),
            _ => return self.opaque(e.to_token_stream()),
        };
        let (left, right) = (self.expr(&e.left), self.expr(&e.right));
        let answer = quote!(#krate::statics::binary(#sign, #left, #right, __at));
        let value = self.settle(answer, e.op.span());
        match assigns {
            false => value,
            true => self.store(&e.left, value, e.to_token_stream()),
        }
    }

    /// `a && b` or `a || b`, of which the second may not be reached.
    pub(super) fn and_or(&mut self, e: &syn::ExprBinary, or: bool) -> TokenStream {
        let (krate, never) = (self.krate, self.never());
        let (first, second) = (self.expr(&e.left), self.expr(&e.right));
        quote! {{
            let __first = #first;
            let __was = __branch;
            __branch = __branch || __first.truth().is_open();
            let __second = if __first.truth().may_be(!#or) { #second } else { #never };
            __branch = __was;
            #krate::statics::Value::and_or(__first, #or, __second)
        }}
    }

    pub(super) fn assign(&mut self, e: &syn::ExprAssign) -> TokenStream {
        let value = self.expr(&e.right);
        self.store(&e.left, value, e.to_token_stream())
    }

    /// `left = value`, where `left` is a variable.
    pub(super) fn store(
        &mut self,
        left: &Expr,
        value: TokenStream,
        whole: TokenStream,
    ) -> TokenStream {
        let name = match left {
            Expr::Path(p) => p.path.get_ident(),
            _ => None,
        };
        match name.map(|ident| (ident, self.local(ident))) {
            Some((ident, Some(Local::Value { .. }))) => {
                let (name, unknown) = (variable(ident), self.unknown());
                quote!({ #name = #value; #unknown })
            }
            _ => self.opaque(whole),
        }
    }
}
