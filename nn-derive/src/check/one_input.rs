//! A layer called with several arguments: `self.merge(a, b)`. It takes one input, which may be a tuple or a list.

use crate::errors::Errors;
use crate::{messages, source};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, ImplItemFn};

/// Reports calls of the struct's fields, if its file says that they are some, with another number of arguments than one.
pub fn one_input(call: &ImplItemFn, owner: &impl ToTokens, errors: &mut Errors) {
    #[derive(Default)]
    struct Calls<'ast>(Vec<&'ast ExprMethodCall>);
    impl<'ast> Visit<'ast> for Calls<'ast> {
        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            if call.args.len() != 1 && is_self(&call.receiver) {
                self.0.push(call);
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_item(&mut self, _: &'ast syn::Item) {
            // It has a `self` of its own.
        }
    }
    let mut calls = Calls::default();
    calls.visit_impl_item_fn(call);
    let owner = owner.to_token_stream().to_string();
    for call in calls.0 {
        let name = call.method.to_string();
        if !source::is_field_alone(&owner, &name) {
            continue;
        }
        let arguments: Vec<String> = call.args.iter().map(shown).collect();
        let message = match &arguments[..] {
            [] => messages::without_input(&name),
            [.., last] if is_training(last) => messages::training_handed_on(&name, &arguments[0]),
            several => messages::several_inputs(&name, &several.join(", ")),
        };
        errors.at(&call.method, message);
    }
}

fn is_self(receiver: &Expr) -> bool {
    matches!(receiver, Expr::Path(path) if path.path.is_ident("self"))
}

/// An argument as it is written, if that is short.
fn shown(argument: &Expr) -> String {
    match argument {
        Expr::Path(path) => path.path.get_ident().map_or("..".into(), Ident::to_string),
        Expr::Reference(inner) => match &*inner.expr {
            Expr::Path(_) => format!("&{}", shown(&inner.expr)),
            _ => "..".into(),
        },
        Expr::Lit(literal) => literal.to_token_stream().to_string(),
        _ => "..".into(),
    }
}

fn is_training(argument: &str) -> bool {
    ["training", "true", "false"].contains(&argument)
}
