//! Expressions in messages: as they are written, where they are short.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprCall, Index, Member, UnOp};

/// An expression as it is written, and `..` for what is longer than an argument mostly is.
pub fn shown(value: &Expr) -> String {
    match value {
        Expr::Path(path) => path_shown(path),
        Expr::Reference(inner) if inner.mutability.is_none() => {
            format!("&{}", shown(&inner.expr))
        }
        Expr::MethodCall(call) => {
            let arguments = list(call.args.iter());
            let given = call.turbofish.as_ref().map(|_| "::<..>");
            let (receiver, given) = (shown(&call.receiver), given.unwrap_or_default());
            format!("{receiver}.{}{given}({arguments})", call.method)
        }
        Expr::Call(call) => plain_name(call).map_or("..".into(), |name| format!("{name}(..)")),
        Expr::Lit(literal) => literal.to_token_stream().to_string(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            format!("-{}", shown(&unary.expr))
        }
        Expr::Field(field) => {
            let member = match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(Index { index, .. }) => index.to_string(),
            };
            format!("{}.{member}", shown(&field.base))
        }
        Expr::Index(index) => format!("{}[{}]", shown(&index.expr), shown(&index.index)),
        Expr::Array(array) => format!("[{}]", list(array.elems.iter())),
        Expr::Paren(paren) => format!("({})", shown(&paren.expr)),
        Expr::Binary(binary) => {
            let (left, right) = (shown(&binary.left), shown(&binary.right));
            format!("{left} {} {right}", binary.op.to_token_stream())
        }
        Expr::Cast(cast) => format!("{} as {}", shown(&cast.expr), cast.ty.to_token_stream()),
        Expr::Assign(assign) => shown(&assign.right),
        _ => "..".into(),
    }
}

/// Several, with commas between them.
pub fn list<'e>(values: impl Iterator<Item = &'e Expr>) -> String {
    values.map(shown).collect::<Vec<_>>().join(", ")
}

fn path_shown(path: &syn::ExprPath) -> String {
    let segments = path.path.segments.iter();
    let is_plain = path.qself.is_none() && segments.clone().all(|s| s.arguments.is_none());
    match is_plain {
        true => segments
            .map(|segment| segment.ident.to_string())
            .collect::<Vec<_>>()
            .join("::"),
        false => "..".into(),
    }
}

/// The name of a function that is called by it alone.
pub fn plain_name(call: &ExprCall) -> Option<String> {
    match &*call.func {
        Expr::Path(path) => path.path.get_ident().map(Ident::to_string),
        _ => None,
    }
}
