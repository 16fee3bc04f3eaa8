//! Turns a `call` into a `const` expression over what is known of shapes.
//!
//! The translation keeps the structure of the code: a `let` stays a `let`, a block a block, so that scopes and shadowing are Rust's own.
//! Every value becomes a `statics::Value`. What is not understood becomes *unknown*, and whatever it may have changed with it.
//!
//! A local of the generated function, `__steps`, says how sure it is that a line is reached: mistakes count only there. The methods of
//! the block that `call` uses become functions beside it.

mod arguments;
mod bindings;
mod branches;
mod calls;
mod expressions;
mod iterators;
mod loops;
mod names;
mod parameters;
mod scan;
mod structs;

use crate::syntax::{owned, typed_arguments};
use names::Unclear;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
pub use scan::mentions;
use std::collections::{BTreeMap, HashMap};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Block, Generics, ImplItem, ImplItemFn, ItemFn, ItemImpl, PatType, ReturnType, Stmt, Type,
    parse_quote,
};

/// What a name stands for.
#[derive(Clone)]
enum Local {
    /// A variable of type `Value`, whether the user may change it, and its type, where that may be a struct of tensors.
    Value { mutable: bool, ty: Option<Type> },
    /// A layer below `self`, or an element of a container of them.
    Layer(Path),
    /// A struct that is written out: its name, and the variables of its fields.
    Struct(syn::Path, BTreeMap<String, Ident>),
    /// Something else: a function inside of `call`, or a name with two meanings.
    Unclear,
}

/// The way to a layer: fields and elements, from `self` on.
type Path = Vec<Step>;

#[derive(Clone)]
enum Step {
    Field(String),
    /// An element; the tokens are a `Value`.
    At(TokenStream),
}

/// What an error does that `?` hands on, or `return Err(..)`.
#[derive(Clone, Copy, PartialEq)]
enum OnError {
    /// It is what comes out of the model: what is wrong behind it is wrong in any case.
    FailTheModel,
    /// It comes out of a method beside what is followed, the value of its `Ok`.
    GiveNothing,
    /// It leaves a function that gives something else.
    Leave,
}

struct Follower<'a> {
    krate: &'a TokenStream,
    block: &'a ItemImpl,
    scopes: Vec<HashMap<String, Local>>,
    /// Constants that are numbers: const parameters, and those declared in the body.
    consts: Vec<String>,
    /// Those that are truth values.
    truths: Vec<String>,
    /// Names with two meanings, which macros make.
    unclear: Unclear,
    /// Loops and other things so far, for names of their own.
    count: usize,
    /// The user's tokens where a mistake may be found, by number.
    sites: Vec<Span>,
    /// The parameters of which `build` says the shape, by name.
    parameters: Vec<String>,
    /// What an error does that `?` hands on.
    on_error: OnError,
    /// The type of what the function gives.
    gives: Option<Type>,
    /// The methods of the block that are called, in the order in which they were met.
    methods: Vec<&'a ImplItemFn>,
    /// The functions under `#[model]` that are called, as they are named there.
    functions: Vec<TokenStream>,
}

/// What `call` has become.
pub struct Followed {
    /// The body of a function from `__input: Value` to an `Answer`, with `__net`, `__at` and `__BLOCK` in scope.
    pub body: TokenStream,
    /// The methods that it calls, as functions beside it.
    pub methods: TokenStream,
    /// The functions under `#[model]` that it calls, as types.
    pub functions: Vec<TokenStream>,
    /// The user's tokens where a mistake may be found, by number.
    pub sites: Vec<Span>,
}

impl Followed {
    /// What cannot be followed.
    pub fn nothing(krate: &TokenStream) -> Followed {
        Followed {
            body: quote!(::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)),
            methods: TokenStream::new(),
            functions: Vec::new(),
            sites: Vec::new(),
        }
    }
}

/// Follows the `call` of a block, which has been taken out of it.
pub fn call(
    krate: &TokenStream,
    block: &ItemImpl,
    call: &ImplItemFn,
    inputs: &[PatType],
    training: Option<&PatType>,
    build: Option<&ImplItemFn>,
) -> Followed {
    let mut follower = Follower::new(krate, block);
    follower.start(call);
    if gives_result(call) {
        follower.on_error = OnError::FailTheModel;
    }
    let (mut bindings, mut shape) = (TokenStream::new(), quote!(__input.shape()));
    match count(inputs) {
        Some(count) => {
            let answer = quote!(#krate::statics::inputs(__input, #count, __at));
            let value = follower.settle(answer, inputs[0].pat.span());
            bindings.extend(quote!(let __input = #value;));
            for (i, input) in inputs.iter().enumerate() {
                let value = match inputs.len() {
                    1 => quote!(__input),
                    _ => quote!(__input.item(#i)),
                };
                bindings.extend(follower.bind(&input.pat, value));
            }
        }
        None => (bindings, shape) = follower.mixed_arguments(inputs),
    }
    if let Some(training) = training {
        bindings.extend(follower.bind(&training.pat, quote!(__at.training())));
    }
    // The names of the arguments are not those of `build`.
    let parameters = build.map(|build| follower.parameters(build, &shape));
    let result = follower.block(&call.block);
    let body = follower.body(quote!(#bindings #parameters), result);
    let methods = follower.all_methods();
    Followed {
        body,
        methods,
        functions: follower.functions,
        sites: follower.sites,
    }
}

/// Follows a function of its own, from `__arguments: &[Value]`.
pub fn function(krate: &TokenStream, function: &ItemFn) -> Followed {
    let block = parse_quote!(
        impl () {}
    );
    let ItemFn {
        attrs,
        vis,
        sig,
        block: body,
        ..
    } = function;
    let function = parse_quote!(#(#attrs)* #vis #sig #body);
    let mut follower = Follower::new(krate, &block);
    let body = follower.of_arguments(&function);
    Followed {
        body,
        methods: TokenStream::new(),
        functions: follower.functions,
        sites: follower.sites,
    }
}

/// How many tensors a `call` takes, if its types say so.
fn count(inputs: &[PatType]) -> Option<usize> {
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

pub fn is_tensor(ty: &Type) -> bool {
    match ty {
        Type::Path(ty) => ty.path.segments.last().is_some_and(|s| s.ident == "Tensor"),
        _ => false,
    }
}

/// Whether a method gives a `Result`, by its name.
fn gives_result(method: &ImplItemFn) -> bool {
    match &method.sig.output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Path(ty) => ty.path.segments.last().is_some_and(|s| s.ident == "Result"),
            _ => false,
        },
        ReturnType::Default => false,
    }
}

/// Whether something may not be there when the program is compiled.
fn is_configured(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") || a.path().is_ident("cfg_attr"))
}

/// Whether a statement may not be there when the program is compiled.
fn is_configured_statement(statement: &Stmt) -> bool {
    scan::is_configured(statement.to_token_stream())
}

/// The name of a variable in generated code.
fn variable(ident: &Ident) -> Ident {
    // Raw, since a name of the user's edition may be a keyword of this crate's: `gen`.
    Ident::new_raw(&ident.unraw().to_string(), Span::mixed_site())
}

/// The name of the function that a method becomes.
fn method_name(method: &ImplItemFn) -> Ident {
    format_ident!(
        "__method_{}",
        method.sig.ident.unraw(),
        span = Span::mixed_site()
    )
}

impl<'a> Follower<'a> {
    fn new(krate: &'a TokenStream, block: &'a ItemImpl) -> Follower<'a> {
        Follower {
            krate,
            block,
            scopes: Vec::new(),
            consts: Vec::new(),
            truths: Vec::new(),
            unclear: Unclear::default(),
            count: 0,
            sites: Vec::new(),
            parameters: Vec::new(),
            on_error: OnError::Leave,
            gives: None,
            methods: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Starts with a function of its own.
    fn start(&mut self, method: &ImplItemFn) {
        let generics: &Generics = &self.block.generics;
        let parameters = |of: &str| -> Vec<String> {
            let all = generics.const_params();
            let fit = all.filter(|p| p.ty.to_token_stream().to_string() == of);
            fit.map(|p| p.ident.to_string()).collect()
        };
        (self.consts, self.truths) = (parameters("usize"), parameters("bool"));
        self.scopes = vec![HashMap::new()];
        self.parameters = Vec::new();
        self.on_error = match gives_result(method) {
            true => OnError::GiveNothing,
            false => OnError::Leave,
        };
        self.gives = structs::gives(&method.sig);
        let (inputs, block) = (&method.sig.inputs, &method.block);
        self.unclear = Unclear::of(quote!(#inputs #block));
    }

    /// A function's body.
    fn body(&self, bindings: TokenStream, result: TokenStream) -> TokenStream {
        let krate = self.krate;
        quote! {
            let __steps = &mut #krate::statics::Steps::new(__at, __BLOCK);
            #bindings
            let __result = #result;
            __steps.end(__result)
        }
    }

    /// The function of the block with this name, if it can be followed.
    fn own_function(&self, name: &str) -> Option<&'a ImplItemFn> {
        let mut named = self.block.items.iter().filter_map(|item| match item {
            ImplItem::Fn(method) if method.sig.ident.unraw() == name => Some(method),
            _ => None,
        });
        let method = named.next()?;
        let sig = &method.sig;
        let is_plain = sig.asyncness.is_none()
            && sig.generics.type_params().next().is_none()
            && sig.generics.const_params().next().is_none()
            && !is_configured(&method.attrs);
        (is_plain && named.next().is_none()).then_some(method)
    }

    /// The functions of all methods that are called, and of those that they call.
    fn all_methods(&mut self) -> TokenStream {
        let mut functions = TokenStream::new();
        let mut done = 0;
        while let Some(&method) = self.methods.get(done) {
            functions.extend(self.method_function(method));
            done += 1;
        }
        functions
    }

    /// The body of what is called with `__arguments`.
    fn of_arguments(&mut self, method: &ImplItemFn) -> TokenStream {
        self.start(method);
        let mut bindings = TokenStream::new();
        for (i, argument) in typed_arguments(&method.sig).iter().enumerate() {
            bindings.extend(self.bind_given(argument, quote!(__arguments[#i])));
        }
        let result = self.block(&method.block);
        self.body(bindings, result)
    }

    fn method_function(&mut self, method: &'a ImplItemFn) -> TokenStream {
        let krate = self.krate;
        let body = self.of_arguments(method);
        let (name, self_ty) = (method_name(method), &self.block.self_ty);
        let (impl_generics, _, where_clause) = self.block.generics.split_for_impl();
        quote! {
            const fn #name #impl_generics (
                self,
                __net: &#self_ty,
                __arguments: &[#krate::statics::Value],
                __at: &#krate::statics::Place<'_>,
            ) -> #krate::statics::Answer #where_clause {
                #body
            }
        }
    }

    fn unknown(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::statics::Value::UNKNOWN)
    }

    fn never(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::statics::Value::NEVER)
    }

    /// Where a program ends with a panic, or the model with an error: what is wrong on all other ways is wrong.
    fn failed(&self) -> TokenStream {
        let never = self.never();
        quote! {
            if let ::core::option::Option::Some(__answer) = __steps.fail() {
                return __answer;
            }
            #never
        }
    }

    /// The value of an answer; a mistake is one at the user's tokens.
    fn settle(&mut self, answer: TokenStream, span: Span) -> TokenStream {
        self.settle_by(&quote!(settle), answer, span)
    }

    /// The same of a value that need not be known.
    fn read(&mut self, answer: TokenStream, span: Span) -> TokenStream {
        self.settle_by(&quote!(read), answer, span)
    }

    fn settle_by(&mut self, how: &TokenStream, answer: TokenStream, span: Span) -> TokenStream {
        let site = Literal::usize_unsuffixed(self.sites.len());
        let krate = self.krate;
        self.sites.push(span);
        quote!(#krate::statics::#how(#answer, __steps, #site))
    }

    fn local(&self, ident: &Ident) -> Option<&Local> {
        let name = ident.unraw().to_string();
        self.scopes.iter().rev().find_map(|scope| scope.get(&name))
    }

    fn declare(&mut self, ident: &Ident, local: Local) {
        let name = ident.unraw().to_string();
        self.scopes.last_mut().expect("a scope").insert(name, local);
    }

    fn block(&mut self, block: &Block) -> TokenStream {
        self.scopes.push(HashMap::new());
        let (consts, truths) = (self.consts.clone(), self.truths.clone());
        let items = self.items(block);
        let statements = self.statements(&block.stmts);
        self.scopes.pop();
        (self.consts, self.truths) = (consts, truths);
        quote!({ #items #statements })
    }

    /// Statements, of which the last may be the value.
    fn statements(&mut self, all: &[Stmt]) -> TokenStream {
        let mut statements = TokenStream::new();
        let mut tail = None;
        for (i, statement) in all.iter().enumerate() {
            let is_last = i + 1 == all.len();
            if is_configured_statement(statement) {
                statements.extend(self.configured(statement));
                continue;
            }
            match statement {
                Stmt::Local(local) if bindings::is_let_else(local) => {
                    // What follows is one of two branches.
                    tail = Some(self.let_else(local, &all[i + 1..]));
                    break;
                }
                Stmt::Local(local) => statements.extend(self.let_(local)),
                Stmt::Expr(expr, end)
                    if is_last && (end.is_none() || matches!(expr, syn::Expr::Return(_))) =>
                {
                    tail = Some(self.expr(expr));
                }
                Stmt::Expr(expr, _) => {
                    let value = self.expr(expr);
                    statements.extend(quote!(let _ = #value;));
                }
                Stmt::Macro(statement) => {
                    let value = self.macro_(&statement.mac);
                    match statement.semi_token.is_none() && is_last {
                        true => tail = Some(value),
                        false => statements.extend(quote!(let _ = #value;)),
                    }
                }
                Stmt::Item(_) => {}
            }
        }
        // A block without a value is `()`, or left before its end.
        let tail = tail.unwrap_or_else(|| self.unknown());
        quote!(#statements #tail)
    }

    /// A statement that may not be there: what it may declare or change is unknown.
    fn configured(&mut self, statement: &Stmt) -> TokenStream {
        let opaque = self.opaque(statement.to_token_stream());
        match statement {
            Stmt::Local(local) => self.bind_unknown(&local.pat, opaque),
            Stmt::Item(_) => TokenStream::new(),
            _ => quote!(let _ = #opaque;),
        }
    }
}
