//! What is written in a `call` by the habits of Python and of Rust where the framework has it in another way, and the compiler's message
//! would not say how: tensors that are joined one by one, arguments with names, a `?` after a tensor, a variant's layer as a method.

use super::foreign;
use super::names::RESERVED;
use super::shown::{list, plain_name, shown};
use super::tensors::{Names, is_self};
use crate::errors::Errors;
use crate::{blocks, messages, source};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Expr, ExprBinary, ExprCall, ExprField, ExprIf, ExprIndex, ExprMethodCall, ExprTry,
    ExprWhile, ImplItemFn, Member,
};

/// Functions of the prelude that join tensors, with the place of these among the arguments.
const JOINING: [(&str, usize); 3] = [("concatenate", 0), ("stack", 0), ("einsum", 1)];

/// Reports them, as far as it is certain what the names stand for.
pub fn habits(call: &ImplItemFn, owner: &impl ToTokens, errors: &mut Errors) {
    let owner = owner.to_token_stream().to_string();
    let mut habits = Habits {
        is_enum: source::defines(&owner, "enum"),
        names: Names::of(call, &owner),
        owner,
        errors,
    };
    habits.visit_block(&call.block);
}

struct Habits<'e, 'ast> {
    owner: String,
    is_enum: bool,
    names: Names<'ast>,
    errors: &'e mut Errors,
}

impl Habits<'_, '_> {
    /// Whether a function of the prelude is meant by its plain name.
    fn is_of_prelude(&self, name: &str) -> bool {
        !self.names.has_macro
            && !self.names.is_declared(name)
            && !source::is_another_function(name, "nn")
    }

    fn is_tensor(&self, value: &Expr) -> bool {
        self.names.is_tensor(value)
    }

    /// A method of a tensor that it has not, or that takes other arguments.
    fn of_tensor(&mut self, call: &ExprMethodCall, name: &str) {
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let message = match &arguments[..] {
            [Expr::Array(sizes)] if name == "reshape" => {
                let Some((open, own)) = self.names.minus_one_of_usize(sizes) else {
                    return;
                };
                return self.errors.at(open, messages::minus_one_of_usize(&own));
            }
            [other] if ["max", "min"].contains(&name) && self.is_tensor(other) => {
                let own = format!("{name}imum({})", shown(other));
                Some(messages::of_two(name, &own))
            }
            _ => foreign::method(name, &call.receiver, &arguments),
        };
        if let Some(message) = message
            && self.is_tensor(&call.receiver)
            && (foreign::is_own(name)
                || source::uses_framework_alone() && !source::defines(name, "fn"))
        {
            self.errors.at(&call.method, message);
        }
    }

    /// A function of another library, `F::relu(x)` or `cat([a, b], 1)`.
    fn of_another_library(&mut self, call: &ExprCall) {
        let Expr::Path(path) = &*call.func else {
            return;
        };
        let segments: Vec<String> = path
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let (written, name) = (segments.join("::"), segments.last().expect("a segment"));
        let is_missing = match &segments[..] {
            [name] => {
                !["concatenate", "stack"].contains(&name.as_str())
                    && self.is_of_prelude(name)
                    && source::uses_framework_alone()
            }
            // What PyTorch has as functions of the module `torch`.
            [tensor, name] if tensor == "Tensor" => {
                ["cat", "concat", "concatenate", "stack"].contains(&name.as_str())
                    && !source::is_another_type("Tensor", "nn")
                    && source::uses_framework_alone()
            }
            [library, .., _] => source::is_lost_library(library),
            [] => false,
        };
        if !is_missing || self.names.has_macro {
            return;
        }
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let is_tensor = |value: &Expr| self.is_tensor(value);
        // What joins tensors is known by its name alone where a library stands before it.
        let joins_tensors = segments.len() > 1
            || name != "stack"
                && name != "concatenate"
                && arguments
                    .first()
                    .is_some_and(|first| holds(first, is_tensor));
        let message = foreign::function(&written, &arguments, is_tensor, joins_tensors);
        if let Some(message) = message {
            self.errors.at(&call.func, message);
        }
    }

    /// A condition that compares tensors.
    fn condition(&mut self, condition: &Expr) {
        match condition {
            Expr::Paren(paren) => self.condition(&paren.expr),
            Expr::Binary(binary) => {
                let method = comparison(&binary.op);
                if let (Some(method), true) = (method, self.is_tensor(&binary.left)) {
                    let (left, right) = (shown(&binary.left), shown(&binary.right));
                    let message =
                        messages::compared_in_a_condition(&format!("{left}.{method}({right})"));
                    self.errors.at(binary.op, message);
                } else {
                    self.visit_expr(condition);
                }
            }
            other => self.visit_expr(other),
        }
    }
}

/// Whether a list has a tensor in it.
fn holds(value: &Expr, is_tensor: impl Fn(&Expr) -> bool) -> bool {
    match value {
        Expr::Array(several) => several.elems.iter().any(is_tensor),
        Expr::Tuple(several) => several.elems.iter().any(is_tensor),
        _ => false,
    }
}

/// The method that compares tensors as an operator does numbers.
fn comparison(op: &BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Eq(_) => "equal",
        BinOp::Ne(_) => "not_equal",
        BinOp::Lt(_) => "less",
        BinOp::Le(_) => "less_equal",
        BinOp::Gt(_) => "greater",
        BinOp::Ge(_) => "greater_equal",
        _ => return None,
    })
}

impl Visit<'_> for Habits<'_, '_> {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        let before = self.errors.count();
        if let Some(name) = plain_name(call)
            && let Some((_, first)) = JOINING.iter().find(|(of, _)| *of == name)
            && let [_, .., last] = &call.args.iter().skip(*first).collect::<Vec<_>>()[..]
            && call
                .args
                .iter()
                .nth(*first)
                .is_some_and(|a| self.is_tensor(a))
            && (self.is_tensor(last) || call.args.len() > first + 2)
            && self.is_of_prelude(&name)
        {
            let tensors = call.args.iter().skip(*first);
            let tensors = tensors.filter(|a| self.is_tensor(a)).map(shown);
            let tensors = tensors.collect::<Vec<_>>().join(", ");
            let message = messages::joined(&name, &tensors);
            self.errors.at(&call.func, message);
        }
        if self.errors.count() == before {
            self.of_another_library(call);
        }
        if self.errors.count() == before {
            named(call.args.iter(), &self.names, self.errors);
        }
        if self.errors.count() == before {
            visit::visit_expr_call(self, call);
        }
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        let before = self.errors.count();
        let name = call.method.to_string();
        self.of_tensor(call, &name);
        if self.errors.count() == before {
            named(call.args.iter(), &self.names, self.errors);
        }
        if self.is_enum
            && is_self(&call.receiver)
            && self.names.is_declared(&name)
            && !RESERVED.contains(&name.as_str())
            && !source::defines(&name, "fn")
            && !blocks::has_method(&self.owner, &name)
        {
            let message = messages::layer_of_variant(&name, &list(call.args.iter()));
            self.errors.at(&call.method, message);
        }
        if self.errors.count() == before {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_binary(&mut self, binary: &ExprBinary) {
        if let (Some(method), true) = (comparison(&binary.op), self.is_tensor(&binary.left)) {
            let (left, right) = (shown(&binary.left), shown(&binary.right));
            let message = messages::compared(&left, method, &right);
            self.errors.at(binary.op, message);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_if(&mut self, choice: &ExprIf) {
        self.condition(&choice.cond);
        self.visit_block(&choice.then_branch);
        if let Some((_, otherwise)) = &choice.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, repeated: &ExprWhile) {
        self.condition(&repeated.cond);
        self.visit_block(&repeated.body);
    }

    fn visit_expr_index(&mut self, index: &ExprIndex) {
        if self.is_tensor(&index.expr) {
            let message = messages::indexed(&shown(&index.expr), &shown(&index.index));
            self.errors.at(&index.index, message);
        }
        visit::visit_expr_index(self, index);
    }

    fn visit_expr_field(&mut self, field: &ExprField) {
        if let Member::Named(name) = &field.member
            && name == "training"
            && is_self(&field.base)
            && blocks::has_no_field(&self.owner, "training")
        {
            self.errors.at(name, messages::TRAINING_NOT_TAKEN);
        }
        if let Member::Named(name) = &field.member
            && let Some(method) = foreign::attribute(&name.to_string())
            && self.is_tensor(&field.base)
        {
            let own = format!("{}.{method}()", shown(&field.base));
            self.errors.at(name, messages::no_attribute(name, &own));
        }
        visit::visit_expr_field(self, field);
    }

    fn visit_expr_try(&mut self, tried: &ExprTry) {
        if self.is_tensor(&tried.expr) {
            self.errors
                .at(tried.question_token, messages::tried(&shown(&tried.expr)));
        }
        visit::visit_expr_try(self, tried);
    }

    fn visit_item(&mut self, _: &syn::Item) {
        // It has a `self` and variables of its own.
    }
}

/// Arguments with names, `concatenate([a, b], axis = -1)`: in Rust that is an assignment, and no variable has the name.
fn named<'a>(arguments: impl Iterator<Item = &'a Expr>, names: &Names, errors: &mut Errors) {
    for argument in arguments {
        if let Expr::Assign(assign) = argument
            && let Expr::Path(path) = &*assign.left
            && let Some(name) = path.path.get_ident()
            && !names.is_declared(&name.to_string())
            && !names.has_macro
            && !source::defines(&name.to_string(), "mut")
        {
            let value = assign.right.to_token_stream().to_string();
            let value = value.replace("- ", "-");
            errors.at(name, messages::named_argument(name, &value));
        }
    }
}
