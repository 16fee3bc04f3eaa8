//! Loops over ranges, lists and containers of layers.

use super::scan::{counted, has_unknown_macro, mentions, reversed};
use super::{Follower, Local, Path, Step};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Expr, ExprParen, ExprReference, Pat, PatReference};

/// How many layers of a list that is written out are followed, each with a copy of what is done to it.
const WRITTEN_OUT: usize = 16;

/// How often a loop turns.
pub(super) struct Turns {
    /// What comes before the first turn.
    pub(super) before: TokenStream,
    pub(super) from: TokenStream,
    /// The number of the first turn that does not take place.
    pub(super) to: TokenStream,
    /// What each turn begins with.
    pub(super) binding: TokenStream,
}

impl Follower<'_> {
    pub(super) fn for_(&mut self, e: &syn::ExprForLoop) -> TokenStream {
        let (krate, unknown) = (self.krate, self.unknown());
        let whole = e.to_token_stream();
        let leaves = ["break", "continue", "return"];
        if leaves.iter().any(|word| mentions(whole.clone(), word))
            || has_unknown_macro(whole.clone())
            || e.label.is_some()
        {
            return self.opaque(whole);
        }
        if let Some(rounds) = self.rounds(e) {
            return rounds;
        }
        self.count += 1;
        let (index, count) = (
            format_ident!("__i{}", self.count),
            format_ident!("__n{}", self.count),
        );
        let number = quote!(#krate::statics::Value::int(#index as ::core::primitive::isize));
        self.scopes.push(HashMap::new());
        let before = self.sites.len();
        let turns = self.turns(e, number);
        let followed = turns.map(|turns| (turns, self.block(&e.body)));
        let lines = self.sites.len() - before + 1;
        self.scopes.pop();
        let Some((turns, body)) = followed else {
            return self.opaque(whole);
        };
        let Turns {
            before,
            from,
            to,
            binding,
        } = turns;
        let opaque = self.opaque(whole);
        quote! {{
            #before
            match (#from.as_index(), #to.as_index()) {
                (::core::option::Option::Some(__from), ::core::option::Option::Some(#count))
                    if __at.spend(#count.saturating_sub(__from).saturating_mul(#lines)) =>
                {
                    let mut #index = __from;
                    while #index < #count {
                        #binding
                        let _ = #body;
                        #index += 1;
                    }
                }
                _ => {
                    let _ = #opaque;
                }
            }
            #unknown
        }}
    }

    pub(super) fn turns(&mut self, e: &syn::ExprForLoop, number: TokenStream) -> Option<Turns> {
        if let Some((from, to)) = self.range(&e.expr) {
            return Some(Turns {
                before: TokenStream::new(),
                from,
                to,
                binding: self.bind(&e.pat, number),
            });
        }
        self.layers(e, number.clone())
            .or_else(|| self.list(e, number))
    }

    /// The ends of `a..b`, `a..=b`, or either in parentheses; the second is not part of it.
    fn range(&mut self, expr: &Expr) -> Option<(TokenStream, TokenStream)> {
        match expr {
            Expr::Range(r) => {
                let (from, to) = (self.expr(r.start.as_deref()?), self.expr(r.end.as_deref()?));
                Some((
                    from,
                    match r.limits {
                        syn::RangeLimits::HalfOpen(_) => to,
                        syn::RangeLimits::Closed(_) => quote!(#to.next()),
                    },
                ))
            }
            Expr::Paren(e) => self.range(&e.expr),
            _ => None,
        }
    }

    /// The elements of a container of layers.
    fn layers(&mut self, e: &syn::ExprForLoop, number: TokenStream) -> Option<Turns> {
        let krate = self.krate;
        let (container, is_counted) = counted(&e.expr);
        let (container, is_reversed) = reversed(container);
        let path = self.path(container).filter(|path| !path.is_empty())?;
        let layer = match (&*e.pat, is_counted) {
            (layer, false) => layer,
            (Pat::Tuple(pair), true) if pair.elems.len() == 2 => &pair.elems[1],
            _ => return None,
        };
        let name = match layer {
            Pat::Ident(p) if p.mutability.is_none() && !self.unclear.contains(&p.ident) => {
                Some(&p.ident)
            }
            Pat::Wild(_) => None,
            _ => return None,
        };
        let count = self.ask(&path, quote!(#krate::statics::Question::Len), e.expr.span());
        let length = format_ident!("__length{}", self.count);
        let mut element = path;
        element.push(Step::At(match is_reversed {
            true => quote!(#length.from_end(#number)),
            false => number.clone(),
        }));
        let binding = match (&*e.pat, is_counted) {
            (Pat::Tuple(pair), true) => self.bind(&pair.elems[0], number),
            _ => TokenStream::new(),
        };
        if let Some(name) = name {
            self.declare(name, Local::Layer(element));
        }
        Some(Turns {
            before: quote!(let #length = #count;),
            from: quote!(#krate::statics::Value::int(0)),
            to: length.into_token_stream(),
            binding,
        })
    }

    /// A loop over layers that are written out, turn by turn.
    fn rounds(&mut self, e: &syn::ExprForLoop) -> Option<TokenStream> {
        let (before, layers) = self.written_out(&e.expr)?;
        let (unknown, is_counted) = (self.unknown(), counted(&e.expr).1);
        let mut rounds = TokenStream::new();
        for (i, layer) in layers.into_iter().enumerate() {
            self.scopes.push(HashMap::new());
            let binding = self.bind_layer(&e.pat, is_counted, layer, i);
            let body = self.block(&e.body);
            self.scopes.pop();
            let binding = binding?;
            rounds.extend(quote!({ #binding let _ = #body; }));
        }
        Some(quote!({ #before #rounds #unknown }))
    }

    /// The layers of a list that is written out, `[&self.first, &self.second]`, and what comes before.
    pub(super) fn written_out(&mut self, over: &Expr) -> Option<(TokenStream, Vec<Path>)> {
        let (mut list, is_reversed) = reversed(counted(over).0);
        while let Expr::Reference(ExprReference { expr, .. })
        | Expr::Paren(ExprParen { expr, .. }) = list
        {
            list = expr;
        }
        let Expr::Array(list) = list else {
            return None;
        };
        let (mut before, mut layers) = (TokenStream::new(), Vec::new());
        for layer in &list.elems {
            // Numbers are values, and layers are borrowed.
            if !matches!(layer, Expr::Reference(_) | Expr::Path(_)) {
                return None;
            }
            let mut path = self.path(layer).filter(|path| !path.is_empty())?;
            before.extend(self.keep_indices(&mut path));
            layers.push(path);
        }
        if is_reversed {
            layers.reverse();
        }
        (!layers.is_empty() && layers.len() <= WRITTEN_OUT).then_some((before, layers))
    }

    /// Names one of them, the number `i`.
    pub(super) fn bind_layer(
        &mut self,
        pat: &Pat,
        is_counted: bool,
        layer: Path,
        i: usize,
    ) -> Option<TokenStream> {
        let krate = self.krate;
        let mut binding = TokenStream::new();
        let mut name = match (pat, is_counted) {
            (layer, false) => layer,
            (Pat::Tuple(pair), true) if pair.elems.len() == 2 => {
                let number = quote!(#krate::statics::Value::int(#i as ::core::primitive::isize));
                binding = self.bind(&pair.elems[0], number);
                &pair.elems[1]
            }
            _ => return None,
        };
        while let Pat::Reference(PatReference { pat, .. }) = name {
            name = pat;
        }
        match name {
            Pat::Ident(p) if self.is_name(p) => self.declare(&p.ident, Local::Layer(layer)),
            Pat::Wild(_) => {}
            _ => return None,
        }
        Some(binding)
    }

    /// Those of a list of numbers or tensors: `[3, 5]`, `&sizes`, `sizes.iter()`, `x.unstack(1)`.
    fn list(&mut self, e: &syn::ExprForLoop, number: TokenStream) -> Option<Turns> {
        let krate = self.krate;
        let (list, is_counted) = counted(&e.expr);
        let (list, is_reversed) = reversed(list);
        let list = match list {
            Expr::Reference(e) if e.mutability.is_none() => &*e.expr,
            other => other,
        };
        if !matches!(list, Expr::Array(_) | Expr::Path(_) | Expr::MethodCall(_)) {
            return None;
        }
        let list = self.expr(list);
        let name = format_ident!("__list{}", self.count);
        let element = match is_reversed {
            true => quote!(#name.item_at(#name.length().from_end(#number))),
            false => quote!(#name.item_at(#number)),
        };
        let binding = match (&*e.pat, is_counted) {
            (pat, false) => self.bind(pat, element),
            (Pat::Tuple(pair), true) if pair.elems.len() == 2 => {
                let first = self.bind(&pair.elems[0], number);
                let second = self.bind(&pair.elems[1], element);
                quote!(#first #second)
            }
            _ => return None,
        };
        Some(Turns {
            before: quote!(let #name = #list;),
            from: quote!(#krate::statics::Value::int(0)),
            to: quote!(#name.length()),
            binding,
        })
    }
}
