//! Branches, loops, and code that is not followed.

use super::scan::{assigned, counted, has_question_mark, idents, range};
use super::{Follower, Local, Step, variable};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::Pat;
use syn::spanned::Spanned;

impl Follower<'_> {
    /// The variables with `mut` among some names.
    pub(super) fn variables(&self, mut names: Vec<Ident>) -> Vec<Ident> {
        names.retain(|ident| matches!(self.local(ident), Some(Local::Value { mutable: true })));
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
        let (unknown, krate) = (self.unknown(), self.krate);
        let mentioned = self.mentioned(tokens.clone());
        let mut names = Vec::new();
        assigned(tokens.clone(), &mut names);
        let changed = self.variables(names);
        let mut names = Vec::new();
        idents(tokens.clone(), &mut names);
        let leaves = names.iter().any(|i| i == "return") || has_question_mark(tokens);
        let leave = leaves.then(|| {
            quote! {
                __left = true;
                __out = __out.join(#krate::statics::Value::UNKNOWN);
            }
        });
        quote! {{
            #(#mentioned = #mentioned.mentioned();)*
            #(#changed = #unknown;)*
            #leave
            #unknown
        }}
    }

    pub(super) fn if_(&mut self, e: &syn::ExprIf) -> TokenStream {
        let (krate, never) = (self.krate, self.never());
        let cond = self.expr(&e.cond);
        let changed = self.mentioned(e.to_token_stream());
        let then = self.block(&e.then_branch);
        let other = match &e.else_branch {
            Some((_, other)) => self.expr(other),
            None => self.unknown(),
        };
        let index: Vec<usize> = (0..changed.len()).collect();
        let count = changed.len();
        quote! {{
            let __truth = #krate::statics::Value::truth(#cond);
            let __was = __branch;
            __branch = __branch || __truth.is_open();
            let __before: [#krate::statics::Value; #count] = [#(#changed),*];
            let __then = if __truth.may_be(true) { #then } else { #never };
            let __after: [#krate::statics::Value; #count] = [#(#changed),*];
            let __other = if __truth.may_be(false) {
                #(#changed = __before[#index];)*
                #other
            } else {
                #never
            };
            if __truth.is_open() {
                #(#changed = #changed.join(__after[#index]);)*
            }
            __branch = __was;
            __then.join(__other)
        }}
    }

    pub(super) fn for_(&mut self, e: &syn::ExprForLoop) -> TokenStream {
        let (krate, unknown) = (self.krate, self.unknown());
        let whole = e.to_token_stream();
        let mut names = Vec::new();
        idents(whole.clone(), &mut names);
        if names
            .iter()
            .any(|i| i == "break" || i == "continue" || i == "return")
        {
            return self.opaque(whole);
        }
        self.loops += 1;
        let (index, count) = (
            format_ident!("__i{}", self.loops),
            format_ident!("__n{}", self.loops),
        );
        let number = quote!(#krate::statics::Value::int(#index as ::core::primitive::isize));
        self.scopes.push(HashMap::new());
        let start = match range(&e.expr) {
            Some((from, to)) => {
                let (from, to) = (self.expr(from), self.expr(to));
                let binding = self.bind(&e.pat, number.clone());
                Some((from, to, binding))
            }
            None => self
                .elements(e, number)
                .map(|(count, binding)| (quote!(#krate::statics::Value::int(0)), count, binding)),
        };
        let followed = start.map(|(from, to, binding)| (from, to, binding, self.block(&e.body)));
        self.scopes.pop();
        let Some((from, to, binding, body)) = followed else {
            return self.opaque(whole);
        };
        let opaque = self.opaque(whole);
        quote! {{
            match (#from.as_index(), #to.as_index()) {
                (::core::option::Option::Some(__from), ::core::option::Option::Some(#count))
                    if #count <= 1024 =>
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

    /// The number of elements of a container of layers, with the bindings of a loop over it.
    pub(super) fn elements(
        &mut self,
        e: &syn::ExprForLoop,
        number: TokenStream,
    ) -> Option<(TokenStream, TokenStream)> {
        let krate = self.krate;
        let (container, is_counted) = counted(&e.expr);
        let path = self.path(container).filter(|path| !path.is_empty())?;
        let count = self.ask(&path, quote!(#krate::statics::Question::Len), e.expr.span());
        let mut element = path;
        element.push(Step::At(number.clone()));
        let (layer, binding) = match (&*e.pat, is_counted) {
            (layer, false) => (layer, TokenStream::new()),
            (Pat::Tuple(pair), true) if pair.elems.len() == 2 => {
                (&pair.elems[1], self.bind(&pair.elems[0], number))
            }
            _ => return None,
        };
        match layer {
            Pat::Ident(p) => self.declare(&p.ident, Local::Layer(element)),
            Pat::Wild(_) => {}
            _ => return None,
        }
        Some((count, binding))
    }
}
