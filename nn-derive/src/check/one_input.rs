//! A layer called with several arguments: `self.merge(a, b)`. It takes one input, which may be a tuple or a list.

use crate::errors::Errors;
use crate::{messages, source};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, ImplItemFn, Member};

/// Reports calls of the struct's fields, if its file says that they are some, which are written in another way than `self.dense(x)`: with
/// another number of arguments than one, `self.dense.call(x)`, `(self.dense)(x)`.
pub fn one_input(call: &ImplItemFn, owner: &impl ToTokens, errors: &mut Errors) {
    let mut calls = Calls::default();
    calls.visit_impl_item_fn(call);
    let owner = owner.to_token_stream().to_string();
    for Call {
        of,
        at,
        message,
        is_call,
    } in calls.0
    {
        let is_meant = match is_call {
            true => source::is_foreign_layer_alone,
            false => source::is_layer_alone,
        };
        if is_meant(&owner, &of.to_string()) {
            errors.at(at, message);
        }
    }
}

/// A call of what may be a field.
struct Call<'ast> {
    of: &'ast Ident,
    at: TokenStream,
    message: String,
    /// It is written with `call`, which the user's own types may have too.
    is_call: bool,
}

#[derive(Default)]
struct Calls<'ast>(Vec<Call<'ast>>);

impl<'ast> Visit<'ast> for Calls<'ast> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let arguments: Vec<String> = call.args.iter().map(shown).collect();
        let at = call.method.to_token_stream();
        if call.args.len() != 1 && is_self(&call.receiver) {
            let (of, name) = (&call.method, call.method.to_string());
            let message = match &arguments[..] {
                [] => messages::without_input(&name),
                [first, .., last] if is_training(last) => {
                    messages::training_handed_on(&name, first)
                }
                [input, ..] if call.args.iter().skip(1).any(is_named) => {
                    let named = call.args.iter().skip(1).filter_map(setting);
                    messages::named_arguments(&name, input, &named.collect::<String>())
                }
                several => messages::several_inputs(&name, &several.join(", ")),
            };
            self.0.push(Call {
                of,
                at,
                message,
                is_call: false,
            });
        } else if let (Some(of), [input]) = (field(&call.receiver), &arguments[..])
            && call.method == "call"
        {
            let message = messages::call_without_training(&of.to_string(), input);
            self.0.push(Call {
                of,
                at,
                message,
                is_call: true,
            });
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Paren(inner) = &*call.func
            && let Some(of) = field(&inner.expr)
        {
            let arguments: Vec<String> = call.args.iter().map(shown).collect();
            let message = messages::field_as_function(&of.to_string(), &arguments.join(", "));
            let at = call.func.to_token_stream();
            self.0.push(Call {
                of,
                at,
                message,
                is_call: false,
            });
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {
        // It has a `self` of its own.
    }
}

/// The `dense` of `self.dense`.
fn field(of: &Expr) -> Option<&Ident> {
    match of {
        Expr::Field(field) if is_self(&field.base) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        _ => None,
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
        Expr::Tuple(inputs) => {
            let inputs: Vec<String> = inputs.elems.iter().map(shown).collect();
            format!("({})", inputs.join(", "))
        }
        _ => "..".into(),
    }
}

/// Whether an argument is given by its name, `use_causal_mask = true`.
fn is_named(argument: &Expr) -> bool {
    matches!(argument, Expr::Assign(_))
}

/// Such an argument as a setting, `.use_causal_mask(true)`.
fn setting(argument: &Expr) -> Option<String> {
    match argument {
        Expr::Assign(assign) => Some(format!(
            ".{}({})",
            assign.left.to_token_stream(),
            shown(&assign.right)
        )),
        _ => None,
    }
}

fn is_training(argument: &str) -> bool {
    ["training", "true", "false"].contains(&argument)
}
