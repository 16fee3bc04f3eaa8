//! What code mentions, assigns and loops over, as far as its tokens tell.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Expr;

/// `a..b`, or `(a..b)`.
pub(super) fn range(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match expr {
        Expr::Range(r) if matches!(r.limits, syn::RangeLimits::HalfOpen(_)) => {
            Some((r.start.as_deref()?, r.end.as_deref()?))
        }
        Expr::Paren(e) => range(&e.expr),
        _ => None,
    }
}

/// The container of `&self.blocks`, `self.blocks.iter()` and `self.blocks.iter().enumerate()`, and whether it is counted.
pub(super) fn counted(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "enumerate" => {
            (counted(&e.receiver).0, true)
        }
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "iter" => (&e.receiver, false),
        other => (other, false),
    }
}

pub(super) fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(e) => has_let(&e.left) || has_let(&e.right),
        _ => false,
    }
}

/// All identifiers of some code.
pub(super) fn idents(tokens: TokenStream, found: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}

/// The identifiers to which some code assigns, or which it borrows to be changed.
pub(super) fn assigned(tokens: TokenStream, found: &mut Vec<Ident>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                assigned(group.stream(), found);
                if is_assigned(&tokens[i + 1..]) {
                    idents(group.stream(), found);
                }
            }
            TokenTree::Ident(ident) => {
                let is_borrowed =
                    i > 0 && matches!(&tokens[i - 1], TokenTree::Ident(before) if before == "mut");
                if is_borrowed || is_assigned(&tokens[i + 1..]) {
                    found.push(ident.clone());
                }
            }
            _ => {}
        }
    }
}

/// Whether what comes before these tokens is assigned to: `= ..`, `+= ..`, `[0] = ..`, `.0 = ..`.
pub(super) fn is_assigned(after: &[TokenTree]) -> bool {
    let sign = |i: usize| match after.get(i) {
        Some(TokenTree::Punct(punct)) => punct.as_char(),
        _ => ' ',
    };
    match after {
        [TokenTree::Group(_), rest @ ..] => is_assigned(rest),
        [TokenTree::Punct(dot), _, rest @ ..] if dot.as_char() == '.' => is_assigned(rest),
        _ if sign(0) == '=' => !matches!(sign(1), '=' | '>'),
        _ if "<>".contains(sign(0)) => sign(1) == sign(0) && sign(2) == '=',
        _ => "+-*/%^&|".contains(sign(0)) && sign(1) == '=',
    }
}

pub(super) fn has_question_mark(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => has_question_mark(group.stream()),
        _ => false,
    })
}
