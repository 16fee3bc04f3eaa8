//! Calls of layers, methods, functions and macros.

use super::scan::is_harmless;
use super::{Follower, Local, Path, Step, method_name};
use crate::source::{self, is_another_function};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ImplItemFn, Member, Token};

/// The functions of the prelude that are followed.
pub(super) const FUNCTIONS: &[&str] = &["concatenate", "einsum", "stack", "where_"];

impl<'a> Follower<'a> {
    /// `self.blocks[0].conv`, or a name for such a thing.
    pub(super) fn path(&mut self, expr: &Expr) -> Option<Path> {
        match expr {
            Expr::Path(p) if p.path.is_ident("self") => Some(Vec::new()),
            Expr::Path(p) => match self.local(p.path.get_ident()?)? {
                Local::Layer(path) => Some(path.clone()),
                Local::Value { .. } | Local::Struct(..) | Local::Unclear => None,
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
                self.count += 1;
                let kept = format_ident!("__kept{}", self.count);
                bindings.extend(quote!(let #kept = #index;));
                *index = kept.into_token_stream();
            }
        }
        bindings
    }

    /// What comes out of the layer at a path.
    fn call_of(&mut self, path: &Path, input: &TokenStream, span: Span) -> TokenStream {
        // Most lines of most models: short, since a model may have thousands of them.
        if let [Step::Field(name)] = &path[..] {
            let site = Literal::usize_unsuffixed(self.sites.len());
            self.sites.push(span);
            return quote!(__call(__net, #name, #input, __steps, #site));
        }
        let krate = self.krate;
        self.ask(path, quote!(#krate::statics::Question::Call(#input)), span)
    }

    /// What the layer at a path answers.
    pub(super) fn ask(&mut self, path: &Path, question: TokenStream, span: Span) -> TokenStream {
        self.ask_at(path, question, quote!(&__steps.place()), span)
    }

    fn ask_at(
        &mut self,
        path: &Path,
        question: TokenStream,
        at: TokenStream,
        span: Span,
    ) -> TokenStream {
        let (krate, self_ty) = (self.krate, &self.block.self_ty);
        let is_call = crate::follow::scan::mentions(question.clone(), "Call");
        let question = path.iter().rev().fold(question, |inner, step| match step {
            Step::Field(name) => quote!(#krate::statics::Question::Field(#name, &#inner)),
            Step::At(index) => quote!(#krate::statics::Question::At(#index, &#inner)),
        });
        let answer = quote!(<#self_ty>::__FIELDS.ask(__net, #question, #at));
        match is_call {
            true => self.settle(answer, span),
            false => self.read(answer, span),
        }
    }

    pub(super) fn arguments<'e>(
        &mut self,
        arguments: impl Iterator<Item = &'e Expr>,
    ) -> Vec<TokenStream> {
        arguments.map(|e| self.expr(e)).collect()
    }

    pub(super) fn function(&mut self, e: &syn::ExprCall) -> TokenStream {
        let krate = self.krate;
        let Expr::Path(p) = &*e.func else {
            return self.opaque(e.to_token_stream());
        };
        let segments: Vec<String> = p
            .path
            .segments
            .iter()
            .map(|s| s.ident.to_string())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let [one] = &segments[..]
            && one.starts_with(|c: char| c.is_lowercase() || c == '_')
            && self.local(&p.path.segments[0].ident).is_some()
        {
            // A closure, which may change what it captured; those are variables with `mut`.
            return self.opaque(e.to_token_stream());
        }
        if let [own, name] = &segments[..]
            && self.is_own_type(own)
            && let Some(function) = self.own_function(name)
        {
            let skipped = usize::from(function.sig.receiver().is_some());
            if e.args.len() == function.sig.inputs.len() {
                let arguments = self.arguments(e.args.iter().skip(skipped));
                return self.own_call(function, arguments, p.path.segments[1].ident.span());
            }
        }
        let name_span = p.path.segments.last().expect("a name").ident.span();
        if let Some(value) = self.by_path(&segments, p, e, name_span) {
            return value;
        }
        if let ["Vec", "new" | "with_capacity"] = segments[..]
            && !source::defines("Vec", "struct")
        {
            return quote!(#krate::statics::Value::many(&[]));
        }
        if let (["Ok"], [value]) = (&segments[..], &e.args.iter().collect::<Vec<_>>()[..]) {
            return self.expr(value);
        }
        if let Some(parts) = self.given_parts(&p.path) {
            let values = self.arguments(e.args.iter());
            let names = (0..values.len()).map(|i| i.to_string());
            return quote!(#parts.made_of(&[#((#names, #values)),*]));
        }
        if let ([.., "Tensor", "from"], Some(array)) = (&segments[..], e.args.first())
            && let Some(sizes) = self.sizes_of(array)
        {
            let sizes = quote!(#krate::statics::Value::many(&[#(#sizes),*]));
            return quote!(#sizes.parameter());
        }
        if source::is_marked(&p.path.segments.last().expect("a name").ident.to_string()) {
            return self.marked_function(p, e, name_span);
        }
        let arguments = self.arguments(e.args.iter());
        let framework = self.krate.to_string().replace([' ', ':'], "");
        let text = match &segments[..] {
            ["Tensor", name] => format!("Tensor::{name}"),
            [root, .., "Tensor", name] if *root == framework => format!("Tensor::{name}"),
            [name]
                if FUNCTIONS.contains(name) && !is_another_function(name, &framework)
                    || source::is_of_framework(name, &framework) =>
            {
                name.to_string()
            }
            [root, .., name] if *root == framework => name.to_string(),
            _ => {
                let unknown = self.unknown();
                return quote!({ #(let _ = #arguments;)* #unknown });
            }
        };
        let span = p.path.segments.last().expect("a name").ident.span();
        let answer = match (text.as_str(), e.args.first(), &arguments[..]) {
            ("einsum", Some(Expr::Lit(spec)), [_, operands]) => {
                quote!(#krate::statics::einsum(#spec, #operands, __at))
            }
            _ => match text.strip_prefix("Tensor::") {
                Some(name) => {
                    quote!(#krate::statics::associated(#name, &[#(#arguments),*], __at))
                }
                None => quote!(#krate::statics::function(#text, &[#(#arguments),*], __at)),
            },
        };
        self.settle(answer, span)
    }

    /// A method that is called by its path: `Layer::forward(&self.dense, x)`, `Self::dense(self, x)`, `std::ops::Add::add(x, y)`.
    fn by_path(
        &mut self,
        segments: &[&str],
        path: &syn::ExprPath,
        e: &syn::ExprCall,
        span: Span,
    ) -> Option<TokenStream> {
        let krate = self.krate;
        let [.., of, name] = segments else {
            return None;
        };
        if let Some(sign) = operator(name)
            && (path.qself.is_some() || *of == sign.0 || *of == "Tensor")
            && !crate::source::defines(sign.0, "trait")
        {
            let arguments = self.arguments(e.args.iter());
            return match (sign.1, &arguments[..]) {
                ("-", [x]) if *name == "neg" => Some(quote!(#krate::statics::negated(#x))),
                (sign, [a, b]) => {
                    let answer = quote!(#krate::statics::binary(#sign, #a, #b, __at));
                    Some(self.settle(answer, span))
                }
                _ => None,
            };
        }
        // A function of a module may take a layer too.
        let is_type = of.starts_with(char::is_uppercase) || path.qself.is_some();
        let layer = e.args.first().filter(|_| is_type)?;
        let layer = self.path(layer)?;
        let arguments = self.arguments(e.args.iter().skip(1));
        self.called(layer, name, &arguments, span)
    }

    /// A call of a function of the same block.
    fn own_call(
        &mut self,
        function: &'a ImplItemFn,
        arguments: Vec<TokenStream>,
        span: Span,
    ) -> TokenStream {
        let krate = self.krate;
        let name = &function.sig.ident;
        if !self.methods.iter().any(|known| known.sig.ident == *name) {
            self.methods.push(function);
        }
        let name = method_name(function);
        let unknown = self.unknown();
        let answer = quote! {{
            let __arguments = [#(#arguments),*];
            match __steps.place().inside() {
                ::core::option::Option::Some(__at) => {
                    __Shape.#name(__net, &__arguments, &__at)
                }
                ::core::option::Option::None => {
                    ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)
                }
            }
        }};
        match function.sig.receiver().map(|r| &r.kind) {
            Some(syn::ReceiverKind::Reference(_, _, Some(_))) => unknown,
            _ => self.settle(answer, span),
        }
    }

    /// A call of a function under `#[model]`.
    fn marked_function(&mut self, p: &syn::ExprPath, e: &syn::ExprCall, span: Span) -> TokenStream {
        let krate = self.krate;
        let arguments = self.arguments(e.args.iter());
        let mut path = p.path.clone();
        for segment in &mut path.segments {
            segment.arguments = syn::PathArguments::None;
        }
        let answer = quote! {{
            let __arguments = [#(#arguments),*];
            match __steps.place().inside() {
                ::core::option::Option::Some(__at) => <#path>::__follow(&__arguments, &__at),
                ::core::option::Option::None => {
                    ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)
                }
            }
        }};
        let path = path.to_token_stream();
        if !self
            .functions
            .iter()
            .any(|known| known.to_string() == path.to_string())
        {
            self.functions.push(path);
        }
        self.settle(answer, span)
    }

    pub(super) fn method(&mut self, e: &syn::ExprMethodCall) -> TokenStream {
        let krate = self.krate;
        let name = e.method.unraw().to_string();
        if let Some(path) = self.path(&e.receiver) {
            return self.layer_method(e, path, &name);
        }
        if let Some(turned) = self.iterator(e) {
            return turned;
        }
        if let Some(pushed) = self.pushed(e) {
            return pushed;
        }
        let receiver = self.expr(&e.receiver);
        if let Some(stored) = self.cloned(e, &receiver) {
            return stored;
        }
        if operator(&name).is_some() && crate::source::defines(&name, "fn") {
            // Of a trait of the user's own.
            let opaque = self.opaque(e.to_token_stream());
            return quote!({ let _ = #receiver; #opaque });
        }
        if e.args.iter().any(|a| matches!(a, Expr::Closure(_))) {
            let opaque = self.opaque(e.to_token_stream());
            return quote!({ let _ = #receiver; #opaque });
        }
        let arguments = self.arguments(e.args.iter());
        let answer = quote!(#krate::statics::method(#name, #receiver, &[#(#arguments),*], __at));
        let value = self.settle(answer, e.method.span());
        let variable = base(&e.receiver).map(|p| self.mentioned(p.to_token_stream()));
        match variable.as_deref() {
            // A list may be another after `list.push(x)`, and a tensor after `x.clone_from(&y)`.
            Some([changed]) => quote! {{
                let __value = #value;
                #changed = #krate::statics::after(#name, #changed);
                __value
            }},
            _ => value,
        }
    }

    /// `y.clone_from(&x)` and `x.clone_into(&mut y)`, where `y` is a variable.
    fn cloned(&mut self, e: &syn::ExprMethodCall, receiver: &TokenStream) -> Option<TokenStream> {
        let [other] = &e.args.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        match (e.method.to_string().as_str(), other) {
            ("clone_from", source) => {
                let value = self.expr(source);
                Some(self.store(&e.receiver, value, e.to_token_stream()))
            }
            ("clone_into", Expr::Reference(target)) if target.mutability.is_some() => {
                Some(self.store(&target.expr, receiver.clone(), e.to_token_stream()))
            }
            _ => None,
        }
    }

    /// `self.dense(x)`, `self.blocks[1].forward(x)`, `block.call(x, training)`, `self.method(x)`.
    fn layer_method(&mut self, e: &syn::ExprMethodCall, path: Path, name: &str) -> TokenStream {
        let krate = self.krate;
        let span = e.method.span();
        if path.is_empty()
            && let Some(method) = self.own_function(name)
            && method.sig.inputs.len() == e.args.len() + 1
        {
            let arguments = self.arguments(e.args.iter());
            return self.own_call(method, arguments, span);
        }
        let arguments = self.arguments(e.args.iter());
        if let Some(value) = self.called(path.clone(), name, &arguments, span) {
            return value;
        }
        match (name, &arguments[..]) {
            (_, []) if path.is_empty() && self.built_parameter(name).is_some() => {
                self.built_parameter(name).expect("it is known")
            }
            ("len", []) if !path.is_empty() => {
                self.ask(&path, quote!(#krate::statics::Question::Len), span)
            }
            ("is_some" | "is_none", []) => {
                let question = quote!(#krate::statics::Question::IsSome);
                let is_some = self.ask(&path, question, span);
                match name {
                    "is_some" => is_some,
                    _ => quote!(#krate::statics::not(#is_some)),
                }
            }
            _ => self.opaque(e.to_token_stream()),
        }
    }

    /// What comes out of the layer at a path by `forward` and `call`, and of one of its fields by the method of that name.
    fn called(
        &mut self,
        mut path: Path,
        name: &str,
        arguments: &[TokenStream],
        span: Span,
    ) -> Option<TokenStream> {
        let krate = self.krate;
        match (name, arguments) {
            ("forward", [input]) if !path.is_empty() => Some(self.call_of(&path, input, span)),
            ("call", [input, training]) if !path.is_empty() => {
                let at = quote!(&__steps.place().told(#training));
                let question = quote!(#krate::statics::Question::Call(#input));
                Some(self.ask_at(&path, question, at, span))
            }
            ("forward" | "call", _) => None,
            (_, [input]) => {
                path.push(Step::Field(name.to_string()));
                Some(self.call_of(&path, input, span))
            }
            _ => None,
        }
    }

    pub(super) fn macro_(&mut self, mac: &syn::Macro) -> TokenStream {
        let krate = self.krate;
        let whole = mac.to_token_stream();
        let Some(name) = mac.path.segments.last().map(|s| &s.ident) else {
            return self.opaque(whole);
        };
        if !is_harmless(name) {
            return self.opaque(whole);
        }
        match name.to_string().as_str() {
            "vec" => {
                let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
                match parser.parse2(mac.tokens.clone()) {
                    Ok(parts) => self.many(parts.iter()),
                    Err(_) => self.opaque(whole),
                }
            }
            "dbg" => match syn::parse2::<Expr>(mac.tokens.clone()) {
                Ok(value) => self.expr(&value),
                Err(_) => self.opaque(whole),
            },
            "cfg" => quote!(#krate::statics::Value::truth_of(#mac)),
            "panic" | "todo" | "unimplemented" | "unreachable" => {
                let value = self.failed();
                quote!({ #value })
            }
            _ => self.opaque(whole),
        }
    }
}

/// The trait and the sign of the operator that a method of `std::ops` is.
fn operator(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "add" => ("Add", "+"),
        "sub" => ("Sub", "-"),
        "mul" => ("Mul", "*"),
        "div" => ("Div", "/"),
        "neg" => ("Neg", "-"),
        _ => return None,
    })
}

/// The variable of which a part is meant: `dims` in `dims[0]`, `(*dims).0`.
fn base(expr: &Expr) -> Option<&syn::ExprPath> {
    match expr {
        Expr::Path(p) => Some(p),
        Expr::Paren(e) => base(&e.expr),
        Expr::Group(e) => base(&e.expr),
        Expr::Unary(e) => base(&e.expr),
        Expr::Field(e) => base(&e.base),
        Expr::Index(e) => base(&e.expr),
        _ => None,
    }
}
