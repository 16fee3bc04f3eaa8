//! Turns a `call` into a `const` expression over what is known of shapes.
//!
//! The translation keeps the structure of the code: a `let` stays a `let`, a block a block, so that scopes and shadowing are Rust's own.
//! Every value becomes a `statics::Value`. What is not understood becomes *unknown*, and whatever it may have changed with it.
//!
//! Three locals of the generated function say how sure it is: `__branch`, inside one of two branches of which either may be taken;
//! `__left`, after a `return` in such a branch; `__out`, what such a `return` returned. Mistakes are reported only where it is sure that the
//! line is reached.

mod branches;
mod calls;
mod expressions;
mod scan;

use crate::syntax::owned;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use scan::idents;
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Block, Expr, Generics, Item, Pat, PatType, Stmt, Type};

/// What a name stands for.
#[derive(Clone)]
enum Local {
    /// A variable of type `Value`, and whether the user may change it.
    Value { mutable: bool },
    /// A layer below `self`, or an element of a container of them.
    Layer(Path),
}

/// The way to a layer: fields and elements, from `self` on.
type Path = Vec<Step>;

#[derive(Clone)]
enum Step {
    Field(String),
    /// An element; the tokens are a `Value`.
    At(TokenStream),
}

struct Follower<'a> {
    krate: &'a TokenStream,
    self_ty: &'a syn::Type,
    scopes: Vec<HashMap<String, Local>>,
    /// Const parameters, which are numbers.
    consts: Vec<String>,
    /// Loops so far, for names of their own.
    loops: usize,
    /// Where a mistake may be found: the user's tokens, by number.
    sites: Vec<Span>,
}

/// What `call` has become.
pub struct Followed {
    /// The body of a function from `__input: Value` to an `Answer`, with `__net`, `__at` and `__BLOCK` in scope.
    pub body: TokenStream,
    /// The user's tokens where a mistake may be found, by number.
    pub sites: Vec<Span>,
}

/// Follows a `call`.
pub fn call(
    krate: &TokenStream,
    self_ty: &syn::Type,
    generics: &Generics,
    inputs: &[PatType],
    block: &Block,
) -> Followed {
    let is_number = |p: &&syn::ConstParam| p.ty.to_token_stream().to_string() == "usize";
    let mut follower = Follower {
        krate,
        self_ty,
        scopes: vec![HashMap::new()],
        consts: generics
            .const_params()
            .filter(is_number)
            .map(|p| p.ident.to_string())
            .collect(),
        loops: 0,
        sites: Vec::new(),
    };
    let mut bindings = TokenStream::new();
    for (i, input) in inputs.iter().enumerate() {
        let value = match inputs.len() {
            1 => quote!(__input),
            _ => quote!(__input.item(#i)),
        };
        bindings.extend(follower.bind(&input.pat, value));
    }
    let result = follower.block(block);
    let input = count(inputs).map(|count| {
        let answer = quote!(#krate::statics::inputs(__input, #count, __at));
        let value = follower.settle(answer, inputs[0].pat.span());
        quote!(let __input = #value;)
    });
    let body = quote! {
        let mut __branch = false;
        let mut __left = !__at.sure;
        let mut __out = #krate::statics::Value::NEVER;
        #input
        #bindings
        let __result = #result;
        ::core::result::Result::Ok(__out.join(__result))
    };
    Followed {
        body,
        sites: follower.sites,
    }
}

/// How many tensors a `call` takes, if its types say so.
fn count(inputs: &[PatType]) -> Option<usize> {
    let is_tensor = |ty: &Type| match ty {
        Type::Path(ty) => ty.path.segments.last().is_some_and(|s| s.ident == "Tensor"),
        _ => false,
    };
    let types: Vec<&Type> = inputs.iter().map(|input| owned(&input.ty)).collect();
    match &types[..] {
        [Type::Tuple(tuple)] => tuple
            .elems
            .iter()
            .all(is_tensor)
            .then_some(tuple.elems.len()),
        [] => None,
        types => types.iter().all(|ty| is_tensor(ty)).then_some(types.len()),
    }
}

/// The name of a variable in generated code.
fn variable(ident: &Ident) -> Ident {
    // Raw, since a name of the user's edition may be a keyword of this crate's: `gen`.
    Ident::new_raw(&ident.unraw().to_string(), Span::mixed_site())
}

impl Follower<'_> {
    fn unknown(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::statics::Value::UNKNOWN)
    }

    fn never(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::statics::Value::NEVER)
    }

    /// The value of an answer; a mistake is one at the user's tokens.
    fn settle(&mut self, answer: TokenStream, span: Span) -> TokenStream {
        let (krate, site) = (self.krate, self.sites.len());
        self.sites.push(span);
        quote! {
            match #krate::statics::settle(#answer, !__branch && !__left, __BLOCK, #site) {
                ::core::result::Result::Ok(__value) => __value,
                ::core::result::Result::Err(__failure) => {
                    return ::core::result::Result::Err(__failure);
                }
            }
        }
    }

    fn local(&self, ident: &Ident) -> Option<&Local> {
        let name = ident.unraw().to_string();
        self.scopes.iter().rev().find_map(|scope| scope.get(&name))
    }

    fn declare(&mut self, ident: &Ident, local: Local) {
        let name = ident.unraw().to_string();
        self.scopes.last_mut().expect("a scope").insert(name, local);
    }

    /// Declares the names of a pattern, with what is known of the value.
    fn bind(&mut self, pat: &Pat, value: TokenStream) -> TokenStream {
        match pat {
            Pat::Ident(p) if p.subpat.is_none() && p.by_ref.is_none() => {
                let mutable = p.mutability.is_some();
                self.declare(&p.ident, Local::Value { mutable });
                let name = variable(&p.ident);
                quote!(let mut #name = #value;)
            }
            Pat::Type(p) => self.bind(&p.pat, value),
            Pat::Paren(p) => self.bind(&p.pat, value),
            Pat::Reference(p) => self.bind(&p.pat, value),
            Pat::Wild(_) => quote!(let _ = #value;),
            Pat::Tuple(p) => self.bind_all(p.elems.iter(), value),
            Pat::Slice(p) => self.bind_all(p.elems.iter(), value),
            other => self.bind_unknown(other.to_token_stream(), value),
        }
    }

    fn bind_all<'p>(
        &mut self,
        parts: impl Iterator<Item = &'p Pat> + Clone,
        value: TokenStream,
    ) -> TokenStream {
        if parts.clone().any(|p| matches!(p, Pat::Rest(_))) {
            let all: TokenStream = parts.map(|p| quote!(#p,)).collect();
            return self.bind_unknown(all, value);
        }
        self.loops += 1;
        let whole = format_ident!("__whole{}", self.loops);
        let bindings: TokenStream = parts
            .enumerate()
            .map(|(i, part)| self.bind(part, quote!(#whole.item(#i))))
            .collect();
        quote!(let #whole = #value; #bindings)
    }

    /// Declares whatever names a pattern may have.
    fn bind_unknown(&mut self, pattern: TokenStream, value: TokenStream) -> TokenStream {
        let mut names = Vec::new();
        idents(pattern, &mut names);
        let unknown = self.unknown();
        let is_name = |i: &Ident| {
            let text = i.to_string();
            text.starts_with(|c: char| c.is_lowercase() || c == '_')
                && !["mut", "ref", "self", "crate", "super", "_", "true", "false"]
                    .contains(&text.as_str())
        };
        let bindings: TokenStream = names
            .iter()
            .filter(|i| is_name(i))
            .map(|ident| {
                self.declare(ident, Local::Value { mutable: true });
                let name = variable(ident);
                quote!(let mut #name = #unknown;)
            })
            .collect();
        quote!(let _ = #value; #bindings)
    }

    fn block(&mut self, block: &Block) -> TokenStream {
        self.scopes.push(HashMap::new());
        let consts = self.consts.clone();
        let mut statements = self.items(block);
        let mut tail = None;
        for (i, statement) in block.stmts.iter().enumerate() {
            match statement {
                Stmt::Local(local) => statements.extend(self.let_(local)),
                Stmt::Expr(expr, end)
                    if i + 1 == block.stmts.len()
                        && (end.is_none() || matches!(expr, Expr::Return(_))) =>
                {
                    tail = Some(self.expr(expr));
                }
                Stmt::Expr(expr, _) => {
                    let value = self.expr(expr);
                    statements.extend(quote!(let _ = #value;));
                }
                Stmt::Macro(statement) => {
                    let value = self.macro_(&statement.mac);
                    match statement.semi_token.is_none() && i + 1 == block.stmts.len() {
                        true => tail = Some(value),
                        false => statements.extend(quote!(let _ = #value;)),
                    }
                }
                Stmt::Item(_) => {}
            }
        }
        self.scopes.pop();
        self.consts = consts;
        // A block without a value is `()`, or left before its end.
        let tail = tail.unwrap_or_else(|| self.unknown());
        quote!({ #statements #tail })
    }

    /// The items of a block, which hold for all of it, may have the names of others: of `concatenate`, or of a const parameter.
    fn items(&mut self, block: &Block) -> TokenStream {
        let mut bindings = TokenStream::new();
        for statement in &block.stmts {
            match statement {
                Stmt::Item(Item::Fn(item)) => {
                    let unknown = self.unknown();
                    bindings.extend(self.bind_unknown(item.sig.ident.to_token_stream(), unknown));
                }
                Stmt::Item(Item::Const(item)) => self.consts.retain(|name| item.ident != name),
                _ => {}
            }
        }
        bindings
    }

    fn let_(&mut self, local: &syn::Local) -> TokenStream {
        let Some(init) = &local.init else {
            // `let x;`, to be assigned later.
            let unknown = self.unknown();
            return self.bind_unknown(local.pat.to_token_stream(), unknown);
        };
        let mut names = Vec::new();
        idents(local.pat.to_token_stream(), &mut names);
        if init.diverge.is_some() || names.iter().any(|i| i == "ref") {
            let value = self.opaque(local.to_token_stream());
            return self.bind_unknown(local.pat.to_token_stream(), value);
        }
        if let Pat::Ident(p) = &local.pat
            && p.mutability.is_none()
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
}
