//! The shapes that `build` gives to parameters, which `call` uses.

use super::{Follower, OnError};
use crate::syntax::typed_arguments;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::{Expr, ImplItemFn, Member, Stmt};

impl Follower<'_> {
    /// Variables for the parameters that a `build` makes in plain statements, `self.kernel.build([inputs, 4])?`. What comes after another
    /// kind of statement is not known.
    pub(super) fn parameters(&mut self, build: &ImplItemFn, shape: &TokenStream) -> TokenStream {
        self.scopes.push(HashMap::new());
        let mut statements = TokenStream::new();
        if let [input] = &typed_arguments(&build.sig)[..] {
            statements.extend(self.bind(&input.pat, shape.clone()));
        }
        // An error of `build` is one of the model.
        let on_error = std::mem::replace(&mut self.on_error, OnError::FailTheModel);
        let mut names = Vec::new();
        for statement in &build.block.stmts {
            match statement {
                Stmt::Local(local) => statements.extend(self.let_(local)),
                Stmt::Expr(expr, _) => {
                    let Some((name, shape)) = built(expr) else {
                        break;
                    };
                    if names.contains(name) {
                        break;
                    }
                    let (variable, shape) = (parameter(name), self.expr(shape));
                    statements.extend(quote!(let #variable = #shape.parameter();));
                    names.push(name.clone());
                }
                _ => break,
            }
        }
        self.on_error = on_error;
        self.scopes.pop();
        let variables: Vec<Ident> = names.iter().map(parameter).collect();
        self.parameters = names.iter().map(|name| name.unraw().to_string()).collect();
        if variables.is_empty() {
            return quote!({ #statements });
        }
        quote! {
            let (#(#variables,)*) = {
                #statements
                (#(#variables,)*)
            };
        }
    }

    /// The variable of a parameter, if its shape is followed.
    pub(super) fn built_parameter(&self, name: &str) -> Option<TokenStream> {
        let known = self.parameters.iter().find(|known| *known == name)?;
        Some(parameter(&Ident::new_raw(known, Span::mixed_site())).into_token_stream())
    }
}

/// The variable that stands for a parameter.
fn parameter(name: &Ident) -> Ident {
    Ident::new(&format!("__parameter_{}", name.unraw()), Span::mixed_site())
}

/// The parameter and the shape of `self.name.build(shape)`, with `?` or without.
fn built(expr: &Expr) -> Option<(&Ident, &Expr)> {
    let call = match expr {
        Expr::Try(e) => return built(&e.expr),
        Expr::MethodCall(call) if call.method == "build" && call.args.len() == 1 => call,
        _ => return None,
    };
    match &*call.receiver {
        Expr::Field(field) => match (&*field.base, &field.member) {
            (Expr::Path(base), Member::Named(name)) if base.path.is_ident("self") => {
                Some((name, &call.args[0]))
            }
            _ => None,
        },
        _ => None,
    }
}
