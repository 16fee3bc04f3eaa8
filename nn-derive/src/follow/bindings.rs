//! Names: what `let` and patterns declare.

use super::scan::mentions;
use super::{Follower, Local, variable};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, HashMap};
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{Expr, Member, Pat, Stmt};

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
            // `Ok(x)` is followed as `x`.
            Pat::TupleStruct(p) if p.path.is_ident("Ok") && p.elems.len() == 1 => {
                self.bind(&p.elems[0], value)
            }
            Pat::Slice(p) => self.bind_all(p.elems.iter(), value),
            other => self.bind_unknown(other, value),
        }
    }

    fn bind_name(&mut self, ident: &Ident, mutable: bool, value: TokenStream) -> TokenStream {
        if self.unclear.contains(ident) {
            self.declare(ident, Local::Unclear);
            return quote!(let _ = #value;);
        }
        self.declare(ident, Local::Value { mutable, ty: None });
        let name = variable(ident);
        quote!(let mut #name = #value;)
    }

    pub(super) fn bind_all<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p Pat> + Clone,
        value: TokenStream,
    ) -> TokenStream {
        let (n, rest) = (parts.clone().count(), parts.clone().position(is_rest));
        self.count += 1;
        let whole = format_ident!("__whole{}", self.count);
        let bindings: TokenStream = parts
            .enumerate()
            .map(|(i, part)| match rest {
                Some(rest) if i == rest => self.bind_unknown(part, self.unknown()),
                Some(rest) if i > rest => {
                    let from_end = n - i;
                    self.bind(part, quote!(#whole.item_from_end(#from_end)))
                }
                _ => self.bind(part, quote!(#whole.item(#i))),
            })
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
        if mentions(local.pat.to_token_stream(), "ref") {
            let value = self.opaque(local.to_token_stream());
            return self.bind_unknown(&local.pat, value);
        }
        let (mut values, mut parts) = (TokenStream::new(), Vec::new());
        self.parts(&local.pat, &init.expr, false, &mut values, &mut parts);
        for (pat, part) in parts {
            values.extend(self.bind_part(pat, part));
        }
        values
    }

    /// Evaluates what a `let` binds, all of it before any name is declared; a tuple that is written out part by part, each of which is
    /// `kept` in a variable until then.
    fn parts<'p>(
        &mut self,
        pat: &'p Pat,
        expr: &Expr,
        is_kept: bool,
        values: &mut TokenStream,
        parts: &mut Vec<(&'p Pat, Part)>,
    ) {
        match (pat, expr) {
            (Pat::Type(p), _) => return self.parts(&p.pat, expr, is_kept, values, parts),
            (Pat::Paren(p), _) => return self.parts(&p.pat, expr, is_kept, values, parts),
            (_, Expr::Paren(e)) => return self.parts(pat, &e.expr, is_kept, values, parts),
            (Pat::Tuple(p), Expr::Tuple(e))
                if p.elems.len() == e.elems.len() && !p.elems.iter().any(is_rest) =>
            {
                for (pat, expr) in p.elems.iter().zip(&e.elems) {
                    self.parts(pat, expr, true, values, parts);
                }
                return;
            }
            // A name for a layer. It may be a number all the same: it is asked when it is used.
            (Pat::Ident(p), _) if self.is_name(p) => {
                if let Some(mut path) = self.path(expr)
                    && !path.is_empty()
                {
                    values.extend(self.keep_indices(&mut path));
                    return parts.push((pat, Part::Local(Local::Layer(path))));
                }
                if let Expr::Struct(e) = expr
                    && e.rest.is_none()
                    && e.dot2_token.is_none()
                {
                    let fields = self.fields(e, values);
                    return parts.push((pat, Part::Local(Local::Struct(e.path.clone(), fields))));
                }
            }
            // `let Self { dense, .. } = self`
            (Pat::Struct(p), _) => {
                let path = self.path(expr);
                if let Some(mut path) = path.filter(|path| self.is_own(p, path)) {
                    values.extend(self.keep_indices(&mut path));
                    return parts.push((pat, Part::Local(Local::Layer(path))));
                }
                if let Some(known) = self.known_parts(p, expr) {
                    let value = self.expr(expr);
                    return parts.push((pat, Part::Struct(known, value)));
                }
            }
            _ => {}
        }
        let mut value = self.expr(expr);
        if is_kept {
            let name = self.keep(value, values);
            value = name.into_token_stream();
        }
        parts.push((pat, Part::Value(value)));
    }

    /// Keeps a value in a variable of its own.
    pub(super) fn keep(&mut self, value: TokenStream, values: &mut TokenStream) -> Ident {
        self.count += 1;
        let name = format_ident!("__part{}", self.count);
        values.extend(quote!(let #name = #value;));
        name
    }

    /// Whether a pattern is a name that stays what it is.
    pub(super) fn is_name(&self, pat: &syn::PatIdent) -> bool {
        pat.mutability.is_none()
            && pat.by_ref.is_none()
            && pat.subpat.is_none()
            && is_binding(&pat.ident)
            && !self.unclear.contains(&pat.ident)
    }

    /// Whether a pattern takes a layer apart into its fields: `Self { .. }` the model itself, `Block { .. }` one of its layers.
    fn is_own(&self, pat: &syn::PatStruct, path: &super::Path) -> bool {
        let own = self.block.self_ty.to_token_stream().into_iter().next();
        match (pat.path.get_ident(), path.is_empty()) {
            (Some(name), true) => name == "Self" || own.is_some_and(|own| *name == own.to_string()),
            (Some(_), false) => true,
            (None, _) => false,
        }
    }

    /// Evaluates the fields of a struct that is written out, each as a variable of its own.
    fn fields(&mut self, e: &syn::ExprStruct, values: &mut TokenStream) -> BTreeMap<String, Ident> {
        let mut fields = BTreeMap::new();
        for field in &e.fields {
            let value = self.expr(&field.expr);
            fields.insert(member(&field.member), self.keep(value, values));
        }
        fields
    }

    fn bind_part(&mut self, pat: &Pat, part: Part) -> TokenStream {
        match (pat, part) {
            (_, Part::Value(value)) => self.bind(pat, value),
            (Pat::Ident(p), Part::Local(local)) => {
                self.declare(&p.ident, local);
                TokenStream::new()
            }
            (Pat::Struct(p), Part::Local(Local::Layer(path))) => {
                let mut bindings = TokenStream::new();
                for field in &p.fields {
                    match &*field.pat {
                        Pat::Ident(name) if self.is_name(name) => {
                            let mut path = path.clone();
                            path.push(super::Step::Field(member(&field.member)));
                            self.declare(&name.ident, Local::Layer(path));
                        }
                        other => bindings.extend(self.bind_unknown(other, self.unknown())),
                    }
                }
                bindings
            }
            (Pat::Struct(p), Part::Struct(parts, value)) => {
                self.bind_fields(p.fields.iter(), &parts, value)
            }
            _ => self.bind_unknown(pat, self.unknown()),
        }
    }

    /// `let Some(x) = y else { .. };` and the statements behind it.
    pub(super) fn let_else(&mut self, local: &syn::Local, rest: &[Stmt]) -> TokenStream {
        let Some((init, other)) = local.init.as_ref().and_then(|init| {
            let (_, other) = init.diverge.as_ref()?;
            Some((init, other))
        }) else {
            return self.unknown();
        };
        let rest_tokens = rest.iter().map(ToTokens::to_token_stream);
        let changed = self.mentioned(rest_tokens.chain([local.to_token_stream()]).collect());
        let condition = syn::ExprLet {
            attrs: Vec::new(),
            let_token: local.let_token,
            pat: Box::new(local.pat.clone()),
            eq_token: init.eq_token,
            expr: init.expr.clone(),
        };
        let must_fit = self.always_fails(other);
        let other = self.expr(other);
        self.scopes.push(HashMap::new());
        let (before, truth, bindings) = self.if_let(&condition, must_fit);
        let rest = self.statements(rest);
        self.scopes.pop();
        let branch = self.branch(&changed, truth, quote!({ #bindings #rest }), other);
        quote!({ #before #branch })
    }

    /// Whether a pattern fits a value, a `Truth`.
    pub(super) fn fits(&mut self, pat: &Pat, value: &TokenStream) -> TokenStream {
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
            // The name of a constant.
            Pat::Ident(p) if p.subpat.is_none() => {
                let constant = self.name(&p.ident.clone().into());
                Some(quote!(#value.equals(#constant)))
            }
            Pat::Path(p) if p.qself.is_none() => {
                let constant = self.name(&p.path);
                Some(quote!(#value.equals(#constant)))
            }
            Pat::Range(p) => {
                let mut end = |end: &Option<Box<syn::Expr>>| match end {
                    Some(end) => self.expr(end),
                    None => self.unknown(),
                };
                let (start, stop) = (end(&p.start), end(&p.end));
                let is_inclusive = matches!(p.limits, syn::RangeLimits::Closed(_));
                let is_whole = p.start.is_some() && p.end.is_some();
                is_whole.then(|| quote!(#value.is_within(#start, #stop, #is_inclusive)))
            }
            Pat::Paren(p) => Some(self.fits(&p.pat, value)),
            Pat::Type(p) => Some(self.fits(&p.pat, value)),
            Pat::Reference(p) => Some(self.fits(&p.pat, value)),
            Pat::Lit(p) => number(false, &p.lit),
            Pat::Or(p) => {
                let cases = p.cases.iter().map(|case| self.fits(case, value));
                Some(quote!(#truth::False #(.or(#cases))*))
            }
            Pat::Tuple(p) if !p.elems.iter().any(is_rest) => {
                let parts = p.elems.iter().enumerate();
                let parts = parts.map(|(i, part)| self.fits(part, &quote!(#value.item(#i))));
                Some(quote!(#truth::True #(.and(#parts))*))
            }
            Pat::Slice(p) => {
                let (n, rest) = (p.elems.len(), p.elems.iter().position(is_rest));
                let parts = p.elems.iter().enumerate().filter(|(i, _)| Some(*i) != rest);
                let parts = parts.map(|(i, part)| match rest {
                    Some(rest) if i > rest => {
                        let from_end = n - i;
                        self.fits(part, &quote!(#value.item_from_end(#from_end)))
                    }
                    _ => self.fits(part, &quote!(#value.item(#i))),
                });
                let (least, or_more) = (n - usize::from(rest.is_some()), rest.is_some());
                Some(quote!(#value.has_length(#least, #or_more) #(.and(#parts))*))
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

/// The parts of a pattern of a list: `[a, b]`, `&[a, ..]`.
pub(super) fn listed(pat: &Pat) -> Option<&syn::PatSlice> {
    match pat {
        Pat::Slice(p) => Some(p),
        Pat::Reference(p) => listed(&p.pat),
        Pat::Paren(p) => listed(&p.pat),
        _ => None,
    }
}

/// `..` or `name @ ..`, which stands for any number of parts.
pub(super) fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(p) => matches!(&p.subpat, Some((_, sub)) if is_rest(sub)),
        _ => false,
    }
}

/// What a name of a `let` is bound to.
enum Part {
    /// A value.
    Value(TokenStream),
    /// The parts of a struct, and the struct.
    Struct(TokenStream, TokenStream),
    Local(Local),
}

pub(super) fn member(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

pub(super) fn is_let_else(local: &syn::Local) -> bool {
    let init = local.init.as_ref();
    init.is_some_and(|init| init.diverge.is_some()) && !mentions(local.pat.to_token_stream(), "ref")
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
