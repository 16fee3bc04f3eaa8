//! Branches, and code that is not followed.

use super::bindings::{is_rest, listed};
use super::expressions::is_error;
use super::scan::{changed, has_question_mark, has_unknown_macro, idents, is_harmless, mentions};
use super::{Follower, Local, OnError, is_configured, variable};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Expr, Pat, Stmt};

impl Follower<'_> {
    /// The variables with `mut` among some names.
    pub(super) fn variables(&self, mut names: Vec<Ident>) -> Vec<Ident> {
        names.retain(|ident| matches!(self.local(ident), Some(Local::Value { mutable: true, .. })));
        let mut variables: Vec<Ident> = names.iter().map(variable).collect();
        variables.sort();
        variables.dedup();
        variables
    }

    /// The variables with `mut` that some code mentions.
    pub(super) fn mentioned(&self, tokens: TokenStream) -> Vec<Ident> {
        let mut names = Vec::new();
        idents(tokens, &mut names);
        self.variables(names)
    }

    /// Code that is not followed: what it may change is unknown, and whether it returns.
    pub(super) fn opaque(&mut self, tokens: TokenStream) -> TokenStream {
        let unknown = self.unknown();
        let changed = match mentions(tokens.clone(), "ref") {
            true => self.mentioned(tokens.clone()),
            false => {
                let mut names = Vec::new();
                changed(tokens.clone(), &mut names);
                self.variables(names)
            }
        };
        let leaves = mentions(tokens.clone(), "return")
            || (self.on_error != OnError::FailTheModel && has_question_mark(tokens.clone()))
            || has_unknown_macro(tokens);
        let leave = leaves.then(|| quote!(__steps.may_leave();));
        quote! {{
            #(#changed = #unknown;)*
            #leave
            #unknown
        }}
    }

    /// One of two things, by a `Truth`. The variables in `changed` are those that either may change.
    pub(super) fn branch(
        &self,
        changed: &[Ident],
        truth: TokenStream,
        first: TokenStream,
        second: TokenStream,
    ) -> TokenStream {
        let (krate, never) = (self.krate, self.never());
        let index: Vec<usize> = (0..changed.len()).collect();
        let count = changed.len();
        quote! {{
            let __truth = #truth;
            let mut __branches = __steps.enter(__truth);
            let __before: [#krate::statics::Value; #count] = [#(#changed),*];
            let __then = if __truth.may_be(true) { #first } else { #never };
            let __after: [#krate::statics::Value; #count] = [#(#changed),*];
            __steps.otherwise(&mut __branches);
            let __other = if __truth.may_be(false) {
                #(#changed = __before[#index];)*
                #second
            } else {
                #never
            };
            if __truth.is_open() {
                #(#changed = #changed.join(__after[#index]);)*
            }
            __steps.join(__branches);
            __then.join(__other)
        }}
    }

    pub(super) fn if_(&mut self, e: &syn::ExprIf) -> TokenStream {
        let krate = self.krate;
        let changed = self.mentioned(e.to_token_stream());
        self.scopes.push(HashMap::new());
        let (before, truth, bindings) = match &*e.cond {
            Expr::Let(cond) => self.if_let(cond, false),
            cond if !let_patterns(cond).is_empty() => {
                let opaque = self.opaque(cond.to_token_stream());
                let mut bindings = TokenStream::new();
                for pat in let_patterns(cond) {
                    bindings.extend(self.bind_unknown(pat, self.unknown()));
                }
                let truth = quote!(#krate::statics::Truth::Unknown);
                (quote!(let _ = #opaque;), truth, bindings)
            }
            cond => {
                let cond = self.expr(cond);
                (
                    TokenStream::new(),
                    quote!(#cond.truth()),
                    TokenStream::new(),
                )
            }
        };
        let then = self.block(&e.then_branch);
        self.scopes.pop();
        let other = match &e.else_branch {
            Some((_, other)) => self.expr(other),
            None => self.unknown(),
        };
        let branch = self.branch(&changed, truth, quote!({ #bindings #then }), other);
        quote!({ #before #branch })
    }

    /// `let pattern = value` as a condition: what comes before it, its truth, and the names. Whether the model fails if it does not hold, `must_fit`
    /// says: a pattern of other dimensions is a mistake then.
    pub(super) fn if_let(
        &mut self,
        e: &syn::ExprLet,
        must_fit: bool,
    ) -> (TokenStream, TokenStream, TokenStream) {
        if let Some(path) = self.option(&e.expr)
            && let Some((truth, bindings)) = self.fits_option(&e.pat, &path)
        {
            return (TokenStream::new(), truth, bindings);
        }
        let (pat, expr) = match (&*e.pat, &*e.expr) {
            // `Some(x) = Some(value)` is `x = value`.
            (Pat::TupleStruct(pat), Expr::Call(call))
                if pat.path.is_ident("Some")
                    && call.func.to_token_stream().to_string() == "Some"
                    && pat.elems.len() == 1
                    && call.args.len() == 1 =>
            {
                (&pat.elems[0], &call.args[0])
            }
            (pat, expr) => (pat, expr),
        };
        let value = match mentions(pat.to_token_stream(), "ref") {
            true => {
                // What is behind the name may be changed.
                let changed = self.mentioned(expr.to_token_stream());
                let unknown = self.unknown();
                let value = self.expr(expr);
                quote!({ let __value = #value; #(#changed = #unknown;)* __value })
            }
            false => self.expr(expr),
        };
        self.count += 1;
        let matched = quote::format_ident!("__matched{}", self.count);
        let truth = self.fits(pat, &matched.to_token_stream());
        let bindings = self.bind(pat, matched.to_token_stream());
        let checked = listed(pat).filter(|_| must_fit).map(|list| {
            let or_more = list.elems.iter().any(is_rest);
            let n = list.elems.len() - usize::from(or_more);
            let krate = self.krate;
            let answer = quote!(#krate::statics::dimensions(#matched, #n, #or_more, __at));
            let checked = self.read(answer, list.bracket_token.span.join());
            quote!(let _ = #checked;)
        });
        (quote!(let #matched = #value; #checked), truth, bindings)
    }

    /// Whether a block does nothing but fail: `{ panic!(..) }`, `{ return Err(..) }`.
    pub(super) fn always_fails(&self, block: &Expr) -> bool {
        let Expr::Block(block) = block else {
            return false;
        };
        let fails = |mac: &syn::Macro| {
            let name = mac.path.get_ident();
            name.is_some_and(|name| (name == "panic" || name == "unreachable") && is_harmless(name))
        };
        match &block.block.stmts[..] {
            [Stmt::Macro(only)] => fails(&only.mac),
            [Stmt::Expr(Expr::Macro(only), _)] => fails(&only.mac),
            [Stmt::Expr(Expr::Return(only), _)] => {
                self.on_error == OnError::FailTheModel && only.expr.as_deref().is_some_and(is_error)
            }
            _ => false,
        }
    }

    /// The layer that may be an `Option` of one: `&self.shortcut`, `self.shortcut.as_ref()`.
    pub(super) fn option(&mut self, expr: &Expr) -> Option<super::Path> {
        match expr {
            Expr::MethodCall(e) if e.method == "as_ref" && e.args.is_empty() => {
                self.option(&e.receiver)
            }
            Expr::Paren(e) => self.option(&e.expr),
            other => self.path(other).filter(|path| !path.is_empty()),
        }
    }

    /// Whether a pattern fits such a layer, a `Truth`, and the names that it declares; `None` for other patterns than `Some(x)`, `None` and `_`.
    fn fits_option(
        &mut self,
        pat: &Pat,
        path: &[super::Step],
    ) -> Option<(TokenStream, TokenStream)> {
        let krate = self.krate;
        let is_some = |this: &mut Self| {
            let question = quote!(#krate::statics::Question::IsSome);
            this.ask(&path.to_vec(), question, pat.span())
        };
        match pat {
            Pat::Wild(_) => Some((quote!(#krate::statics::Truth::True), TokenStream::new())),
            Pat::Ident(p) if p.ident == "None" => {
                let is_some = is_some(self);
                let truth = quote!(#krate::statics::not(#is_some).truth());
                Some((truth, TokenStream::new()))
            }
            Pat::TupleStruct(p) if p.path.is_ident("Some") && p.elems.len() == 1 => {
                let is_some = is_some(self);
                let truth = quote!(#is_some.truth());
                Some(match &p.elems[0] {
                    Pat::Wild(_) => (truth, TokenStream::new()),
                    Pat::Ident(name) if self.is_name(name) => {
                        self.declare(&name.ident, Local::Layer(path.to_vec()));
                        (truth, TokenStream::new())
                    }
                    other => (
                        quote!(#truth.and(#krate::statics::Truth::Unknown)),
                        self.bind_unknown(other, self.unknown()),
                    ),
                })
            }
            _ => None,
        }
    }

    pub(super) fn match_(&mut self, e: &syn::ExprMatch) -> TokenStream {
        let krate = self.krate;
        let patterns: TokenStream = e
            .arms
            .iter()
            .map(|arm| &arm.pat)
            .map(|p| quote!(#p,))
            .collect();
        if mentions(patterns, "ref") || e.arms.iter().any(|arm| is_configured(&arm.attrs)) {
            return self.opaque(e.to_token_stream());
        }
        let option = self
            .option(&e.expr)
            .filter(|_| e.arms.iter().all(|arm| is_of_option(&arm.pat)));
        let value = self.expr(&e.expr);
        let changed = self.mentioned(e.to_token_stream());
        self.count += 1;
        let matched = quote::format_ident!("__matched{}", self.count).to_token_stream();
        let mut arms = Vec::new();
        for (i, arm) in e.arms.iter().enumerate() {
            self.scopes.push(HashMap::new());
            let (pat, guard) = match &arm.pat {
                Pat::Guard(p) => (&*p.pat, Some(&p.guard)),
                pat => (pat, None),
            };
            let of_option = option.as_ref().and_then(|path| self.fits_option(pat, path));
            let (fits, bindings) = match of_option {
                Some(both) => both,
                None => (self.fits(pat, &matched), self.bind(pat, matched.clone())),
            };
            // What fits no other arm fits the last one.
            let fits = match i + 1 == e.arms.len() {
                true => quote!(#krate::statics::Truth::True),
                false => fits,
            };
            let truth = match guard {
                None => fits,
                Some(guard) => {
                    let opaque = self.opaque(guard.to_token_stream());
                    quote!({
                        #bindings
                        let _ = #opaque;
                        #fits.and(#krate::statics::Truth::Unknown)
                    })
                }
            };
            let body = self.expr(&arm.body);
            self.scopes.pop();
            arms.push((truth, quote!({ #bindings #body })));
        }
        let arms = arms.into_iter().rev();
        let branches = arms.fold(self.never(), |other, (truth, body)| {
            self.branch(&changed, truth, body, other)
        });
        quote!({ let #matched = #value; #branches })
    }

    /// `a && b` or `a || b`, of which the second may not be reached.
    pub(super) fn and_or(&mut self, e: &syn::ExprBinary, or: bool) -> TokenStream {
        let krate = self.krate;
        let changed = self.mentioned(e.right.to_token_stream());
        let (first, second) = (self.expr(&e.left), self.expr(&e.right));
        let truth = match or {
            true => quote!(#krate::statics::not(__first).truth()),
            false => quote!(__first.truth()),
        };
        let second = self.branch(&changed, truth, second, self.never());
        quote! {{
            let __first = #first;
            let __second = #second;
            #krate::statics::Value::and_or(__first, #or, __second)
        }}
    }
}

/// `Some(x)`, `None` or `_`, with a condition or without.
fn is_of_option(pat: &Pat) -> bool {
    match pat {
        Pat::Guard(p) => is_of_option(&p.pat),
        Pat::Wild(_) => true,
        Pat::Ident(p) => p.ident == "None",
        Pat::TupleStruct(p) => p.path.is_ident("Some") && p.elems.len() == 1,
        _ => false,
    }
}

/// The patterns of all `let`s among conditions joined by `&&`.
fn let_patterns(expr: &Expr) -> Vec<&Pat> {
    match expr {
        Expr::Let(e) => vec![&e.pat],
        Expr::Binary(e) => [let_patterns(&e.left), let_patterns(&e.right)].concat(),
        Expr::Paren(e) => let_patterns(&e.expr),
        _ => Vec::new(),
    }
}
