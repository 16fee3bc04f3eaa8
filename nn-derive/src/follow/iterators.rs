//! Iterators that run to their end where they stand: `fold`, `for_each`, and `map` with `collect`.

use super::Follower;
use super::loops::Turns;
use super::scan::{changed, counted, has_question_mark, has_unknown_macro, mentions};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::{Expr, ExprClosure, ExprMethodCall, parse_quote};

/// What becomes of what a closure gives.
enum End<'e> {
    /// It is the next first argument of the closure.
    Fold(&'e Expr),
    /// It is dropped.
    ForEach,
    /// It is collected.
    Collect,
}

impl End<'_> {
    /// What is known once the closure gave `body`.
    fn next(&self, value: &Ident, body: &TokenStream) -> TokenStream {
        match self {
            End::Fold(_) => body.clone(),
            End::ForEach => quote!({ let _ = #body; #value }),
            End::Collect => quote!(#value.pushed(#body)),
        }
    }
}

impl Follower<'_> {
    /// Such an iterator over a range, a list or layers.
    pub(super) fn iterator(&mut self, e: &ExprMethodCall) -> Option<TokenStream> {
        let arguments: Vec<&Expr> = e.args.iter().collect();
        match (e.method.to_string().as_str(), &arguments[..]) {
            ("fold", [first, Expr::Closure(closure)]) => {
                self.turned(e, &e.receiver, closure, End::Fold(first))
            }
            ("for_each", [Expr::Closure(closure)]) => {
                self.turned(e, &e.receiver, closure, End::ForEach)
            }
            // Of an array; what `map` makes of an iterator is nothing yet.
            ("map", [Expr::Closure(closure)]) if matches!(*e.receiver, Expr::Array(_)) => {
                self.turned(e, &e.receiver, closure, End::Collect)
            }
            ("map_or", [default, Expr::Closure(closure)]) => {
                self.layer_or(&e.receiver, closure, default)
            }
            ("map_or_else", [Expr::Closure(default), Expr::Closure(closure)])
                if default.inputs.is_empty() && self.runs_to_the_end(default) =>
            {
                self.layer_or(&e.receiver, closure, &default.body)
            }
            ("unwrap_or", [default]) => {
                let Expr::MethodCall(map) = &*e.receiver else {
                    return None;
                };
                match (map.method == "map", map.args.first()) {
                    (true, Some(Expr::Closure(closure))) => {
                        self.layer_or(&map.receiver, closure, default)
                    }
                    _ => None,
                }
            }
            ("collect", []) => {
                let Expr::MethodCall(map) = &*e.receiver else {
                    return None;
                };
                let arguments: Vec<&Expr> = map.args.iter().collect();
                match (map.method == "map", &arguments[..]) {
                    (true, [Expr::Closure(closure)]) => {
                        self.turned(e, &map.receiver, closure, End::Collect)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a closure makes of a layer that may be there, or what stands for it where it is not.
    fn layer_or(
        &mut self,
        layer: &Expr,
        closure: &ExprClosure,
        default: &Expr,
    ) -> Option<TokenStream> {
        let [pat] = &closure.inputs.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        self.option(layer)?;
        let body = &closure.body;
        let branches = parse_quote!(if let Some(#pat) = #layer { #body } else { #default });
        self.runs_to_the_end(closure).then(|| self.expr(&branches))
    }

    /// `list.push(value)`, where `list` is a variable.
    pub(super) fn pushed(&mut self, e: &ExprMethodCall) -> Option<TokenStream> {
        let (Expr::Path(list), [value]) = (&*e.receiver, &e.args.iter().collect::<Vec<_>>()[..])
        else {
            return None;
        };
        let changed = self.variables(vec![list.path.get_ident()?.clone()]);
        let ([changed], true) = (&changed[..], e.method == "push") else {
            return None;
        };
        let (value, unknown) = (self.expr(value), self.unknown());
        Some(quote!({ let __pushed = #value; #changed = #changed.appended(__pushed); #unknown }))
    }

    fn turned(
        &mut self,
        e: &ExprMethodCall,
        over: &Expr,
        closure: &ExprClosure,
        end: End<'_>,
    ) -> Option<TokenStream> {
        let (krate, unknown) = (self.krate, self.unknown());
        let inputs: Vec<&syn::Pat> = closure.inputs.iter().collect();
        let (carried, pat) = match (&end, &inputs[..]) {
            (End::Fold(_), [carried, pat]) => (Some(*carried), *pat),
            (End::ForEach | End::Collect, [pat]) => (None, *pat),
            _ => return None,
        };
        if !self.runs_to_the_end(closure) {
            return None;
        }
        let first = match &end {
            End::Fold(first) => self.expr(first),
            _ => quote!(#krate::statics::Value::many(&[])),
        };
        if let Some((before, layers)) = self.written_out(over) {
            self.count += 1;
            let value = format_ident!("__turned{}", self.count);
            let mut rounds = TokenStream::new();
            for (i, layer) in layers.into_iter().enumerate() {
                self.scopes.push(HashMap::new());
                let binding = self.bind_layer(pat, counted(over).1, layer, i);
                let carried = carried.map(|pat| self.bind(pat, value.to_token_stream()));
                let body = self.expr(&closure.body);
                self.scopes.pop();
                let next = end.next(&value, &body);
                let binding = binding?;
                rounds.extend(quote!({ #binding #carried #value = #next; }));
            }
            return Some(quote!({ #before let mut #value = #first; #rounds #value }));
        }
        // As a loop over the same things turns.
        let turning: syn::ExprForLoop = parse_quote!(for #pat in #over {});
        self.count += 1;
        let (index, count, value) = (
            format_ident!("__i{}", self.count),
            format_ident!("__n{}", self.count),
            format_ident!("__turned{}", self.count),
        );
        let number = quote!(#krate::statics::Value::int(#index as ::core::primitive::isize));
        let before = self.sites.len();
        self.scopes.push(HashMap::new());
        let turns = self.turns(&turning, number);
        let body = turns.map(|turns| {
            let carried = carried.map(|pat| self.bind(pat, value.to_token_stream()));
            (turns, carried, self.expr(&closure.body))
        });
        self.scopes.pop();
        let lines = self.sites.len() - before + 1;
        let (turns, carried, body) = body?;
        let Turns {
            before,
            from,
            to,
            binding,
        } = turns;
        let next = end.next(&value, &body);
        let opaque = self.opaque(e.to_token_stream());
        Some(quote! {{
            #before
            let mut #value = #first;
            match (#from.as_index(), #to.as_index()) {
                (::core::option::Option::Some(__from), ::core::option::Option::Some(#count))
                    if __at.spend(#count.saturating_sub(__from).saturating_mul(#lines)) =>
                {
                    let mut #index = __from;
                    while #index < #count {
                        #binding
                        #carried
                        #value = #next;
                        #index += 1;
                    }
                }
                _ => {
                    let _ = #opaque;
                    #value = #unknown;
                }
            }
            #value
        }})
    }

    /// Whether a closure runs for every element, and does to the variables outside of it what it does to its own.
    fn runs_to_the_end(&self, closure: &ExprClosure) -> bool {
        let body = closure.body.to_token_stream();
        // A `Result` may end a `collect`.
        let stops = [
            "return",
            "break",
            "continue",
            "Ok",
            "Err",
            "Some",
            "None",
            "ok",
            "into_result",
        ];
        let mut names = Vec::new();
        changed(body.clone(), &mut names);
        let keeps_copies = closure.capture.is_some() && !self.variables(names).is_empty();
        let is_plain = closure.asyncness.is_none()
            && !stops.iter().any(|word| mentions(body.clone(), word))
            && !has_question_mark(body.clone())
            && !has_unknown_macro(body);
        is_plain && !keeps_copies
    }
}
