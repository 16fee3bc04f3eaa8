//! Names: what `let` and patterns declare.

use super::scan::mentions;
use super::{Follower, Local, variable};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Pat;
use syn::ext::IdentExt;
use syn::visit::Visit;

impl Follower<'_> {
    /// Declares the names of a pattern, with what is known of the value.
    pub(super) fn bind(&mut self, pat: &Pat, value: TokenStream) -> TokenStream {
        match pat {
            Pat::Ident(p) if !is_binding(&p.ident) => quote!(let _ = #value;),
            Pat::Ident(p) if p.subpat.is_none() && p.by_ref.is_none() => {
                let mutable = p.mutability.is_some();
                self.bind_name(&p.ident, mutable, value)
            }
            Pat::Type(p) => self.bind(&p.pat, value),
            Pat::Paren(p) => self.bind(&p.pat, value),
            Pat::Reference(p) => self.bind(&p.pat, value),
            Pat::Wild(_) => quote!(let _ = #value;),
            Pat::Tuple(p) => self.bind_all(p.elems.iter(), value),
            Pat::Slice(p) => self.bind_all(p.elems.iter(), value),
            other => self.bind_unknown(other, value),
        }
    }

    fn bind_name(&mut self, ident: &Ident, mutable: bool, value: TokenStream) -> TokenStream {
        if self.unclear.contains(ident) {
            self.declare(ident, Local::Unclear);
            return quote!(let _ = #value;);
        }
        self.declare(ident, Local::Value { mutable });
        let name = variable(ident);
        quote!(let mut #name = #value;)
    }

    fn bind_all<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p Pat> + Clone,
        value: TokenStream,
    ) -> TokenStream {
        if parts.clone().any(|p| matches!(p, Pat::Rest(_))) {
            let unknown = self.unknown();
            let bindings: TokenStream = parts
                .map(|part| self.bind_unknown(part, unknown.clone()))
                .collect();
            return quote!(let _ = #value; #bindings);
        }
        self.count += 1;
        let whole = format_ident!("__whole{}", self.count);
        let bindings: TokenStream = parts
            .enumerate()
            .map(|(i, part)| self.bind(part, quote!(#whole.item(#i))))
            .collect();
        quote!(let #whole = #value; #bindings)
    }

    /// Declares the names of a pattern, of which nothing is known.
    pub(super) fn bind_unknown(&mut self, pat: &Pat, value: TokenStream) -> TokenStream {
        let unknown = self.unknown();
        let bindings: TokenStream = pattern_names(pat)
            .iter()
            .map(|name| self.bind_name(name, true, unknown.clone()))
            .collect();
        quote!(let _ = #value; #bindings)
    }

    pub(super) fn let_(&mut self, local: &syn::Local) -> TokenStream {
        let Some(init) = &local.init else {
            // `let x;`, to be assigned later.
            let unknown = self.unknown();
            return self.bind_unknown(&local.pat, unknown);
        };
        if init.diverge.is_some() || mentions(local.pat.to_token_stream(), "ref") {
            let value = self.opaque(local.to_token_stream());
            return self.bind_unknown(&local.pat, value);
        }
        if let Pat::Ident(p) = &local.pat
            && p.mutability.is_none()
            && is_binding(&p.ident)
            && !self.unclear.contains(&p.ident)
            && let Some(mut path) = self.path(&init.expr)
            && !path.is_empty()
        {
            // A name for a layer. It may be a number all the same: it is asked when it is used.
            let indices = self.keep_indices(&mut path);
            self.declare(&p.ident, Local::Layer(path));
            return indices;
        }
        let value = self.expr(&init.expr);
        self.bind(&local.pat, value)
    }

    /// Whether a pattern fits a value, a `Truth`.
    pub(super) fn fits(&self, pat: &Pat, value: &TokenStream) -> TokenStream {
        let krate = self.krate;
        let truth = quote!(#krate::statics::Truth);
        let number = |negative: bool, lit: &syn::Lit| match lit {
            syn::Lit::Int(n) => n.base10_parse::<isize>().ok().map(|n| {
                let n = if negative { -n } else { n };
                quote!(#value.equals(#krate::statics::Value::int(#n)))
            }),
            syn::Lit::Bool(b) => Some(quote!(#value.equals(#krate::statics::Value::truth_of(#b)))),
            _ => None,
        };
        match pat {
            Pat::Wild(_) => Some(quote!(#truth::True)),
            Pat::Ident(p) if p.subpat.is_none() && is_binding(&p.ident) => {
                Some(quote!(#truth::True))
            }
            Pat::Paren(p) => Some(self.fits(&p.pat, value)),
            Pat::Type(p) => Some(self.fits(&p.pat, value)),
            Pat::Reference(p) => Some(self.fits(&p.pat, value)),
            Pat::Lit(p) => number(false, &p.lit),
            Pat::Or(p) => {
                let cases = p.cases.iter().map(|case| self.fits(case, value));
                Some(quote!(#truth::False #(.or(#cases))*))
            }
            Pat::Tuple(p) if !p.elems.iter().any(|e| matches!(e, Pat::Rest(_))) => {
                let parts = p.elems.iter().enumerate();
                let parts = parts.map(|(i, part)| self.fits(part, &quote!(#value.item(#i))));
                Some(quote!(#truth::True #(.and(#parts))*))
            }
            Pat::Const(_) => None,
            other => match syn::parse2::<syn::Expr>(other.to_token_stream()) {
                Ok(syn::Expr::Unary(e)) => match &*e.expr {
                    syn::Expr::Lit(lit) => number(true, &lit.lit),
                    _ => None,
                },
                _ => None,
            },
        }
        .unwrap_or_else(|| quote!(#truth::Unknown))
    }
}

/// The variables that a pattern declares.
pub(super) fn pattern_names(pat: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if is_binding(&pat.ident) {
                self.0.push(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// Whether a name in a pattern is a variable and not a constant or a variant: `x`, not `WIDTH` and `None`. One letter is a variable
/// in both cases: `let [B, T, D] = ..`.
fn is_binding(ident: &Ident) -> bool {
    let name = ident.unraw().to_string();
    name.chars().count() == 1 || !name.chars().any(char::is_uppercase)
}
