//! Calls of layers, methods, functions and macros.

use super::{Follower, Local, Path, Step};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Member, Token};

impl Follower<'_> {
    /// `self.blocks[0].conv`, or a name for such a thing.
    pub(super) fn path(&mut self, expr: &Expr) -> Option<Path> {
        match expr {
            Expr::Path(p) if p.path.is_ident("self") => Some(Vec::new()),
            Expr::Path(p) => match self.local(p.path.get_ident()?)? {
                Local::Layer(path) => Some(path.clone()),
                Local::Value { .. } => None,
            },
            Expr::Field(e) => {
                let mut path = self.path(&e.base)?;
                match &e.member {
                    Member::Named(name) => path.push(Step::Field(name.unraw().to_string())),
                    Member::Unnamed(_) => return None,
                }
                Some(path)
            }
            Expr::Index(e) => {
                let mut path = self.path(&e.expr)?;
                let index = self.expr(&e.index);
                path.push(Step::At(index));
                Some(path)
            }
            Expr::Reference(e) => self.path(&e.expr),
            Expr::Paren(e) => self.path(&e.expr),
            Expr::Group(e) => self.path(&e.expr),
            _ => None,
        }
    }

    /// The indices of a path as they are here, whatever their variables become.
    pub(super) fn keep_indices(&mut self, path: &mut Path) -> TokenStream {
        let mut bindings = TokenStream::new();
        for step in path {
            if let Step::At(index) = step {
                self.loops += 1;
                let kept = format_ident!("__kept{}", self.loops);
                bindings.extend(quote!(let #kept = #index;));
                *index = kept.into_token_stream();
            }
        }
        bindings
    }

    /// What the layer at a path answers.
    pub(super) fn ask(&mut self, path: &Path, question: TokenStream, span: Span) -> TokenStream {
        let (krate, self_ty) = (self.krate, self.self_ty);
        let question = path.iter().rev().fold(question, |inner, step| match step {
            Step::Field(name) => quote!(#krate::statics::Question::Field(#name, &#inner)),
            Step::At(index) => quote!(#krate::statics::Question::At(#index, &#inner)),
        });
        let answer = quote! {
            <#self_ty>::__FIELDS.ask(__net, #question, &__at.when(!__branch && !__left))
        };
        self.settle(answer, span)
    }

    pub(super) fn arguments<'e>(
        &mut self,
        arguments: impl Iterator<Item = &'e Expr>,
    ) -> Vec<TokenStream> {
        arguments.map(|e| self.expr(e)).collect()
    }

    pub(super) fn function(&mut self, e: &syn::ExprCall) -> TokenStream {
        let krate = self.krate;
        let arguments = self.arguments(e.args.iter());
        let Expr::Path(p) = &*e.func else {
            return self.opaque(e.to_token_stream());
        };
        let Some(name) = p.path.segments.last().map(|s| &s.ident) else {
            return self.unknown();
        };
        if p.path.get_ident().is_some_and(|i| self.local(i).is_some()) {
            // A closure, which may change what it captured; those are variables with `mut`.
            return self.opaque(e.to_token_stream());
        }
        let (text, span) = (name.to_string(), name.span());
        let answer = quote!(#krate::statics::function(#text, &[#(#arguments),*], __at));
        self.settle(answer, span)
    }

    pub(super) fn method(&mut self, e: &syn::ExprMethodCall) -> TokenStream {
        let krate = self.krate;
        let name = e.method.unraw().to_string();
        if let Some(mut path) = self.path(&e.receiver) {
            let arguments = self.arguments(e.args.iter());
            let input = match (name.as_str(), &arguments[..]) {
                ("forward", [input]) | ("call", [input, _]) if !path.is_empty() => input,
                ("len", []) if !path.is_empty() => {
                    return self.ask(
                        &path,
                        quote!(#krate::statics::Question::Len),
                        e.method.span(),
                    );
                }
                ("forward" | "call", _) | (_, [] | [_, _, ..]) => {
                    return self.opaque(e.to_token_stream());
                }
                (_, [input]) => {
                    path.push(Step::Field(name));
                    input
                }
            };
            let question = quote!(#krate::statics::Question::Call(#input));
            return self.ask(&path, question, e.method.span());
        }
        let receiver = self.expr(&e.receiver);
        if e.args.iter().any(|a| matches!(a, Expr::Closure(_))) {
            let opaque = self.opaque(e.args.to_token_stream());
            return quote!({ let _ = #receiver; #opaque });
        }
        let arguments = self.arguments(e.args.iter());
        let answer = quote!(#krate::statics::method(#name, #receiver, &[#(#arguments),*], __at));
        let value = self.settle(answer, e.method.span());
        match &*e.receiver {
            // A list may be another after `list.push(x)`.
            Expr::Path(p) => {
                let changed = self.mentioned(p.to_token_stream());
                quote!({ let __value = #value; #(#changed = #changed.after(#name);)* __value })
            }
            _ => value,
        }
    }

    pub(super) fn macro_(&mut self, mac: &syn::Macro) -> TokenStream {
        let name = mac.path.segments.last().map(|s| s.ident.to_string());
        match name.as_deref() {
            Some("vec") => {
                let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
                match parser.parse2(mac.tokens.clone()) {
                    Ok(parts) => self.many(parts.iter()),
                    Err(_) => self.opaque(mac.tokens.clone()),
                }
            }
            Some("panic" | "todo" | "unimplemented" | "unreachable") => {
                let never = self.never();
                quote!({ __left = true; #never })
            }
            _ => self.opaque(mac.tokens.clone()),
        }
    }
}
