//! What code mentions, assigns and loops over, as far as its tokens tell.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::Expr;

/// The container of `&self.blocks`, `self.blocks.iter()`, `sizes.into_iter()` and `self.blocks.iter().enumerate()`, and whether it is counted.
pub(super) fn counted(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "enumerate" => {
            (counted(&e.receiver).0, true)
        }
        Expr::MethodCall(e)
            if e.args.is_empty() && (e.method == "iter" || e.method == "into_iter") =>
        {
            (&e.receiver, false)
        }
        other => (other, false),
    }
}

/// What is iterated over, without the `rev` of an iterator that runs back.
pub(super) fn reversed(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "rev" => {
            match counted(&e.receiver) {
                // Without an `iter` it is of a type of its own, and `enumerate` counted from the other end.
                (over, false) if matches!(&*e.receiver, Expr::MethodCall(_)) => (over, true),
                _ => (expr, false),
            }
        }
        other => (other, false),
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

/// Whether some code has a word.
pub fn mentions(tokens: TokenStream, word: &str) -> bool {
    let mut found = Vec::new();
    idents(tokens, &mut found);
    found.iter().any(|ident| ident == word)
}

/// Whether code begins with a `#[cfg(..)]`, among its attributes.
pub(super) fn is_configured(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    loop {
        match (tokens.next(), tokens.next()) {
            (Some(TokenTree::Punct(hash)), Some(TokenTree::Group(attribute)))
                if hash.as_char() == '#' =>
            {
                let name = attribute.stream().into_iter().next();
                if matches!(name, Some(TokenTree::Ident(name)) if name == "cfg" || name == "cfg_attr")
                {
                    return true;
                }
            }
            _ => return false,
        }
    }
}

/// The macros of the standard library that neither assign, nor return, nor go on to another place.
const HARMLESS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "line",
    "matches",
    "module_path",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

pub(super) fn is_harmless(name: &Ident) -> bool {
    let name = name.to_string();
    HARMLESS.contains(&name.as_str()) && !crate::source::defines(name.as_str(), "macro_rules!")
}

/// Whether code has a macro of which is not known what it does.
pub(super) fn has_unknown_macro(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    (0..tokens.len()).any(|i| match &tokens[i] {
        TokenTree::Group(group) => has_unknown_macro(group.stream()),
        TokenTree::Ident(name) => is_macro(&tokens[i + 1..]) && !is_harmless(name),
        _ => false,
    })
}

/// `! ( .. )` after a name.
fn is_macro(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Punct(bang), TokenTree::Group(_), ..] => bang.as_char() == '!',
        [
            TokenTree::Punct(bang),
            TokenTree::Ident(_),
            TokenTree::Group(_),
            ..,
        ] => {
            bang.as_char() == '!' // `macro_rules! name { .. }`
        }
        _ => false,
    }
}

/// The identifiers that some code may change: those that it assigns to, borrows as `mut` or calls a method of, and all that it hands to
/// a macro of which is not known what it does.
pub(super) fn changed(tokens: TokenStream, found: &mut Vec<Ident>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        let after = &tokens[i + 1..];
        match token {
            TokenTree::Group(group) => {
                changed(group.stream(), found);
                if may_change(after) {
                    idents(group.stream(), found);
                }
            }
            TokenTree::Ident(ident) if is_macro(after) => {
                if !is_harmless(ident)
                    && let Some(TokenTree::Group(group)) = after.get(1)
                {
                    idents(group.stream(), found);
                }
            }
            TokenTree::Ident(ident) => {
                let is_borrowed =
                    i > 0 && matches!(&tokens[i - 1], TokenTree::Ident(before) if before == "mut");
                if is_borrowed || may_change(after) {
                    found.push(ident.clone());
                }
            }
            _ => {}
        }
    }
}

/// The methods that change nothing, whatever their receiver is: of a tensor, a list and a number.
const ASKING: &[&str] = &[
    "clone", "dims", "dtype", "forward", "is_empty", "iter", "len", "rank", "relu", "shape",
    "sigmoid", "tanh", "to_vec",
];

/// Whether what comes before these tokens may be changed by them: `= ..`, `+= ..`, `[0] = ..`, `.0 = ..`, `.push(..)`.
fn may_change(after: &[TokenTree]) -> bool {
    let sign = |i: usize| match after.get(i) {
        Some(TokenTree::Punct(punct)) => punct.as_char(),
        _ => ' ',
    };
    match after {
        [TokenTree::Group(group), rest @ ..] if group.delimiter() != Delimiter::Brace => {
            may_change(rest)
        }
        // `a..b`, not a member.
        [TokenTree::Punct(dot), TokenTree::Punct(next), ..]
            if dot.as_char() == '.' && next.as_char() == '.' =>
        {
            false
        }
        [
            TokenTree::Punct(dot),
            TokenTree::Ident(method),
            TokenTree::Group(arguments),
            ..,
        ] if dot.as_char() == '.' && arguments.delimiter() == Delimiter::Parenthesis => {
            !ASKING.contains(&method.to_string().as_str())
        }
        [TokenTree::Punct(dot), _, rest @ ..] if dot.as_char() == '.' => may_change(rest),
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
