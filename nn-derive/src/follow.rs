//! Turns a `call` into a `const` expression over what is known of shapes.
//!
//! The translation keeps the structure of the code: a `let` stays a `let`, a block a block, so that scopes and shadowing are Rust's own.
//! Every value becomes a `statics::Value`. What is not understood becomes *unknown*, and whatever it may have changed with it.
//!
//! Three locals of the generated function say how sure it is: `__branch`, inside one of two branches of which either may be taken;
//! `__left`, after a `return` in such a branch; `__out`, what such a `return` returned. Mistakes are reported only where it is sure that the
//! line is reached.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, Generics, Item, Lit, Member, Pat, PatType, Stmt, Token, UnOp};

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
    let body = quote! {
        let mut __branch = false;
        let mut __left = !__at.sure;
        let mut __out = #krate::statics::Value::NEVER;
        #bindings
        let __result = #result;
        ::core::result::Result::Ok(__out.join(__result))
    };
    Followed {
        body,
        sites: follower.sites,
    }
}

/// The name of a variable in generated code.
fn variable(ident: &Ident) -> Ident {
    let name = ident.unraw();
    match ident.to_string().starts_with("r#") {
        true => Ident::new_raw(&name.to_string(), Span::mixed_site()),
        false => Ident::new(&name.to_string(), Span::mixed_site()),
    }
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

    /// `self.blocks[0].conv`, or a name for such a thing.
    fn path(&mut self, expr: &Expr) -> Option<Path> {
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
    fn keep_indices(&mut self, path: &mut Path) -> TokenStream {
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
    fn ask(&mut self, path: &Path, question: TokenStream, span: Span) -> TokenStream {
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

    fn expr(&mut self, expr: &Expr) -> TokenStream {
        if let Some(path) = self.path(expr) {
            return match path.is_empty() {
                true => self.unknown(),
                false => {
                    let krate = self.krate;
                    self.ask(&path, quote!(#krate::statics::Question::Read), expr.span())
                }
            };
        }
        let krate = self.krate;
        match expr {
            Expr::Lit(e) => match &e.lit {
                Lit::Int(n) => match n.base10_parse::<isize>() {
                    Ok(n) => quote!(#krate::statics::Value::int(#n)),
                    Err(_) => quote!(#krate::statics::Value::SCALAR),
                },
                Lit::Float(_) => quote!(#krate::statics::Value::SCALAR),
                Lit::Bool(b) => quote!(#krate::statics::Value::truth_of(#b)),
                _ => self.unknown(),
            },
            Expr::Path(p) => match p.path.get_ident() {
                Some(ident) if self.local(ident).is_some() => variable(ident).into_token_stream(),
                Some(ident) if self.consts.contains(&ident.to_string()) => {
                    quote!(#krate::statics::Value::int(#ident as ::core::primitive::isize))
                }
                _ => self.unknown(),
            },
            Expr::Paren(e) => self.expr(&e.expr),
            Expr::Group(e) => self.expr(&e.expr),
            Expr::Reference(e) if e.mutability.is_none() => self.expr(&e.expr),
            Expr::Cast(e) => self.cast(e),
            Expr::Block(e) if e.label.is_none() => self.block(&e.block),
            Expr::Unary(e) => {
                let value = self.expr(&e.expr);
                match e.op {
                    UnOp::Deref(_) => value,
                    _ => quote!(#krate::statics::negated(#value)),
                }
            }
            Expr::Tuple(e) => self.many(e.elems.iter()),
            Expr::Array(e) => self.many(e.elems.iter()),
            Expr::Field(e) => match &e.member {
                Member::Unnamed(index) => {
                    let (value, i) = (self.expr(&e.base), index.index as usize);
                    quote!(#value.item(#i))
                }
                Member::Named(_) => self.unknown(),
            },
            Expr::Index(e) => {
                let (value, index) = (self.expr(&e.expr), self.expr(&e.index));
                let answer = quote!(#krate::statics::index(#value, #index, __at));
                self.settle(answer, e.index.span())
            }
            Expr::Binary(e) => self.binary(e),
            Expr::Assign(e) => self.assign(e),
            Expr::If(e) if !matches!(*e.cond, Expr::Let(_)) && !has_let(&e.cond) => self.if_(e),
            Expr::Return(e) => {
                let value = e.expr.as_ref().map(|e| self.expr(e));
                let value = value.unwrap_or_else(|| self.unknown());
                let never = self.never();
                quote! {{
                    let __returned = __out.join(#value);
                    if !__branch {
                        return ::core::result::Result::Ok(__returned);
                    }
                    __out = __returned;
                    __left = true;
                    #never
                }}
            }
            Expr::ForLoop(e) => self.for_(e),
            Expr::Call(e) => self.function(e),
            Expr::MethodCall(e) => self.method(e),
            Expr::Macro(e) => self.macro_(&e.mac),
            other => self.opaque(other.to_token_stream()),
        }
    }

    /// Numbers stay what they are among types that hold sizes.
    fn cast(&mut self, e: &syn::ExprCast) -> TokenStream {
        let (krate, value) = (self.krate, self.expr(&e.expr));
        match e.ty.to_token_stream().to_string().as_str() {
            "usize" | "isize" | "u32" | "i32" | "u64" | "i64" => value,
            "f32" | "f64" => quote!({ let _ = #value; #krate::statics::Value::SCALAR }),
            _ => quote!({ let _ = #value; #krate::statics::Value::UNKNOWN }),
        }
    }

    fn many<'e>(&mut self, parts: impl Iterator<Item = &'e Expr>) -> TokenStream {
        let krate = self.krate;
        let parts: Vec<TokenStream> = parts.map(|e| self.expr(e)).collect();
        quote!(#krate::statics::Value::many(&[#(#parts),*]))
    }

    fn binary(&mut self, e: &syn::ExprBinary) -> TokenStream {
        let krate = self.krate;
        let (sign, assigns) = match e.op {
            BinOp::Add(_) => ("+", false),
            BinOp::Sub(_) => ("-", false),
            BinOp::Mul(_) => ("*", false),
            BinOp::Div(_) => ("/", false),
            BinOp::Rem(_) => ("%", false),
            BinOp::Eq(_) => ("==", false),
            BinOp::Ne(_) => ("!=", false),
            BinOp::Lt(_) => ("<", false),
            BinOp::Le(_) => ("<=", false),
            BinOp::Gt(_) => (">", false),
            BinOp::Ge(_) => (">=", false),
            BinOp::AddAssign(_) => ("+", true),
            BinOp::SubAssign(_) => ("-", true),
            BinOp::MulAssign(_) => ("*", true),
            BinOp::DivAssign(_) => ("/", true),
            BinOp::And(_) => return self.and_or(e, false),
            BinOp::Or(_) => return self.and_or(e, true),
            _ => return self.opaque(e.to_token_stream()),
        };
        let (left, right) = (self.expr(&e.left), self.expr(&e.right));
        let answer = quote!(#krate::statics::binary(#sign, #left, #right, __at));
        let value = self.settle(answer, e.op.span());
        match assigns {
            false => value,
            true => self.store(&e.left, value, e.to_token_stream()),
        }
    }

    /// `a && b` or `a || b`, of which the second may not be reached.
    fn and_or(&mut self, e: &syn::ExprBinary, or: bool) -> TokenStream {
        let (krate, never) = (self.krate, self.never());
        let (first, second) = (self.expr(&e.left), self.expr(&e.right));
        quote! {{
            let __first = #first;
            let __was = __branch;
            __branch = __branch || __first.truth().is_open();
            let __second = if __first.truth().may_be(!#or) { #second } else { #never };
            __branch = __was;
            #krate::statics::Value::and_or(__first, #or, __second)
        }}
    }

    fn assign(&mut self, e: &syn::ExprAssign) -> TokenStream {
        let value = self.expr(&e.right);
        self.store(&e.left, value, e.to_token_stream())
    }

    /// `left = value`, where `left` is a variable.
    fn store(&mut self, left: &Expr, value: TokenStream, whole: TokenStream) -> TokenStream {
        let name = match left {
            Expr::Path(p) => p.path.get_ident(),
            _ => None,
        };
        match name.map(|ident| (ident, self.local(ident))) {
            Some((ident, Some(Local::Value { .. }))) => {
                let (name, unknown) = (variable(ident), self.unknown());
                quote!({ #name = #value; #unknown })
            }
            _ => self.opaque(whole),
        }
    }

    /// The variables with `mut` among some names.
    fn variables(&self, mut names: Vec<Ident>) -> Vec<Ident> {
        names.retain(|ident| matches!(self.local(ident), Some(Local::Value { mutable: true })));
        let mut variables: Vec<Ident> = names.iter().map(variable).collect();
        variables.sort();
        variables.dedup();
        variables
    }

    /// The variables with `mut` that some code mentions.
    fn mentioned(&self, tokens: TokenStream) -> Vec<Ident> {
        let mut names = Vec::new();
        idents(tokens, &mut names);
        self.variables(names)
    }

    /// Code that is not followed: what it may change is unknown, and whether it returns.
    fn opaque(&mut self, tokens: TokenStream) -> TokenStream {
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

    fn if_(&mut self, e: &syn::ExprIf) -> TokenStream {
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

    fn for_(&mut self, e: &syn::ExprForLoop) -> TokenStream {
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
    fn elements(
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

    fn arguments<'e>(&mut self, arguments: impl Iterator<Item = &'e Expr>) -> Vec<TokenStream> {
        arguments.map(|e| self.expr(e)).collect()
    }

    fn function(&mut self, e: &syn::ExprCall) -> TokenStream {
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

    fn method(&mut self, e: &syn::ExprMethodCall) -> TokenStream {
        let krate = self.krate;
        let name = e.method.unraw().to_string();
        if let Some(mut path) = self.path(&e.receiver) {
            let arguments = self.arguments(e.args.iter());
            let input = match (name.as_str(), &arguments[..]) {
                ("forward", [input]) | ("call", [input, _]) if !path.is_empty() => input,
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

    fn macro_(&mut self, mac: &syn::Macro) -> TokenStream {
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

/// `a..b`, or `(a..b)`.
fn range(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match expr {
        Expr::Range(r) if matches!(r.limits, syn::RangeLimits::HalfOpen(_)) => {
            Some((r.start.as_deref()?, r.end.as_deref()?))
        }
        Expr::Paren(e) => range(&e.expr),
        _ => None,
    }
}

/// The container of `&self.blocks`, `self.blocks.iter()` and `self.blocks.iter().enumerate()`, and whether it is counted.
fn counted(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "enumerate" => {
            (counted(&e.receiver).0, true)
        }
        Expr::MethodCall(e) if e.args.is_empty() && e.method == "iter" => (&e.receiver, false),
        other => (other, false),
    }
}

fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(e) => has_let(&e.left) || has_let(&e.right),
        _ => false,
    }
}

/// All identifiers of some code.
fn idents(tokens: TokenStream, found: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}

/// The identifiers to which some code assigns, or which it borrows to be changed.
fn assigned(tokens: TokenStream, found: &mut Vec<Ident>) {
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
fn is_assigned(after: &[TokenTree]) -> bool {
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

fn has_question_mark(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => has_question_mark(group.stream()),
        _ => false,
    })
}
