//! What is written in a `call` by the habits of Python and of Rust where the framework has it in another way, and the compiler's message
//! would not say how: tensors that are joined one by one, arguments with names, a `?` after a tensor, a variant's layer as a method.

use super::names::RESERVED;
use super::positional::is_known;
use crate::errors::Errors;
use crate::{blocks, messages, source};
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::HashMap;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Expr, ExprBinary, ExprCall, ExprField, ExprIndex, ExprMethodCall, ExprTry, ImplItemFn,
    Local, Member, Pat, PatIdent, PatType, Type, UnOp,
};

/// Functions of the prelude that join tensors, with the place of these among the arguments.
const JOINING: [(&str, usize); 3] = [("concatenate", 0), ("stack", 0), ("einsum", 1)];

/// Operations that take a tensor and give one.
const OPERATIONS: [&str; 12] = [
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "gelu",
    "exp",
    "ln",
    "sqrt",
    "square",
    "reshape",
    "flatten",
    "transpose",
];

/// Methods of PyTorch's and NumPy's tensors, and what is written instead.
const FOREIGN: [(&str, &str); 16] = [
    ("view", "reshape([..])"),
    ("size", "shape()[0]"),
    ("dim", "rank()"),
    ("len", "shape()[0]"),
    ("permute", "transpose_axes([..])"),
    ("unsqueeze", "expand_dims(1)"),
    ("mm", "matmul(..)"),
    ("bmm", "matmul(..)"),
    ("float", "cast(DType::F32)"),
    ("long", "cast(DType::I64)"),
    ("astype", "cast(DType::F32)"),
    ("detach", "stop_gradient()"),
    ("numpy", "to_vec::<f32>()?"),
    ("tolist", "to_vec::<f32>()?"),
    ("numel", "num_elements()"),
    ("chunk", "split(2, -1)"),
];

/// Methods that take all numbers, and those along an axis.
const REDUCING: [(&str, &str); 4] = [
    ("mean", "mean_axis"),
    ("sum", "sum_axis"),
    ("max", "max_axis"),
    ("min", "min_axis"),
];

/// Reports them, as far as it is certain what the names stand for.
pub fn habits(call: &ImplItemFn, owner: &impl ToTokens, errors: &mut Errors) {
    let owner = owner.to_token_stream().to_string();
    let mut names = Names::default();
    names.visit_impl_item_fn(call);
    let mut habits = Habits {
        is_enum: source::defines(&owner, "enum"),
        owner,
        names,
        errors,
    };
    habits.visit_block(&call.block);
}

/// The variables of a function.
#[derive(Default)]
struct Names {
    /// How often each is declared.
    declared: HashMap<String, usize>,
    /// Those that are tensors: arguments, and results of `self.layer(..)` whose method is given.
    tensors: HashMap<String, Option<Ident>>,
    /// A macro may declare anything.
    has_macro: bool,
}

impl Visit<'_> for Names {
    fn visit_pat_ident(&mut self, pat: &PatIdent) {
        *self.declared.entry(pat.ident.to_string()).or_default() += 1;
        visit::visit_pat_ident(self, pat);
    }

    fn visit_pat_type(&mut self, typed: &PatType) {
        if let (Pat::Ident(pat), true) = (&*typed.pat, is_tensor(&typed.ty)) {
            self.tensors.insert(pat.ident.to_string(), None);
        }
        visit::visit_pat_type(self, typed);
    }

    fn visit_local(&mut self, local: &Local) {
        if let (Pat::Ident(pat), Some(init)) = (&local.pat, &local.init)
            && let Some(layer) = layer_called(&init.expr)
        {
            let layer = Some(layer.clone());
            self.tensors.insert(pat.ident.to_string(), layer);
        }
        visit::visit_local(self, local);
    }

    fn visit_pat(&mut self, pat: &Pat) {
        self.has_macro |= matches!(pat, Pat::Macro(_));
        visit::visit_pat(self, pat);
    }

    fn visit_item(&mut self, _: &syn::Item) {
        self.has_macro = true;
    }
}

/// `Tensor` or `&Tensor`.
fn is_tensor(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_tensor(&reference.elem),
        Type::Path(path) => path.path.is_ident("Tensor") && !source::defines("Tensor", "struct"),
        _ => false,
    }
}

/// The `dense` of `self.dense(x)`.
fn layer_called(value: &Expr) -> Option<&Ident> {
    match value {
        Expr::MethodCall(call) if is_self(&call.receiver) && call.args.len() == 1 => {
            Some(&call.method)
        }
        _ => None,
    }
}

fn is_self(receiver: &Expr) -> bool {
    matches!(receiver, Expr::Path(path) if path.path.is_ident("self"))
}

struct Habits<'e> {
    owner: String,
    is_enum: bool,
    names: Names,
    errors: &'e mut Errors,
}

impl Habits<'_> {
    /// Whether a function of the prelude is meant by its plain name.
    fn is_of_prelude(&self, name: &str) -> bool {
        !self.names.has_macro
            && !self.names.declared.contains_key(name)
            && !source::is_another_function(name, "nn")
    }

    /// Whether a value is a tensor for certain.
    fn is_tensor(&self, value: &Expr) -> bool {
        match value {
            Expr::Reference(reference) => self.is_tensor(&reference.expr),
            Expr::Paren(paren) => self.is_tensor(&paren.expr),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let name = name.to_string();
                let is_one = self.names.declared.get(&name) == Some(&1) && !self.names.has_macro;
                is_one
                    && match self.names.tensors.get(&name) {
                        Some(Some(layer)) => self.gives_tensor(layer),
                        Some(None) => true,
                        None => false,
                    }
            }),
            Expr::MethodCall(call) => match layer_called(value) {
                Some(layer) => self.gives_tensor(layer),
                None => {
                    let is_operation = OPERATIONS.iter().any(|name| call.method == name);
                    is_operation && self.is_tensor(&call.receiver)
                }
            },
            Expr::Call(call) => match plain_name(call) {
                Some(name) => {
                    JOINING.iter().any(|(of, _)| *of == name) && self.is_of_prelude(&name)
                }
                None => false,
            },
            _ => false,
        }
    }

    /// A method of a tensor that it has not, or that takes another number of arguments.
    fn of_tensor(&mut self, call: &ExprMethodCall, name: &str) {
        let instead = |of: &[(&str, &'static str)]| {
            let found = of.iter().find(|(foreign, _)| *foreign == name);
            found.map(|(_, own)| *own)
        };
        let is_known = ["reshape", "flatten"].contains(&name);
        if !is_known && instead(&FOREIGN).or(instead(&REDUCING)).is_none() {
            return;
        }
        let arguments: Vec<String> = call.args.iter().map(shown).collect();
        let message = match (instead(&FOREIGN), instead(&REDUCING), &arguments[..]) {
            (Some(own), _, _) if source::uses_framework_alone() && !source::defines(name, "fn") => {
                messages::foreign_method(name, own)
            }
            (_, Some(own), [axis, ..]) => messages::along_an_axis(name, own, axis),
            (_, _, [_, _, ..]) if name == "reshape" => {
                messages::sizes_in_brackets(&arguments.join(", "))
            }
            (_, _, [from]) if name == "flatten" => messages::flatten_from(from),
            _ => return,
        };
        if self.is_tensor(&call.receiver) {
            self.errors.at(&call.method, message);
        }
    }

    /// Whether a field is a layer that gives a tensor.
    fn gives_tensor(&self, layer: &Ident) -> bool {
        source::is_alone_of(&self.owner, &layer.to_string(), |ty| {
            is_known(ty) && !source::is_another_type(ty, "nn")
        })
    }
}

impl Visit<'_> for Habits<'_> {
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
        named(call.args.iter(), &self.names, self.errors);
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
            && self.names.declared.contains_key(&name)
            && !RESERVED.contains(&name.as_str())
            && !source::defines(&name, "fn")
            && !blocks::has_method(&self.owner, &name)
        {
            let arguments: Vec<String> = call.args.iter().map(shown).collect();
            let message = messages::layer_of_variant(&name, &arguments.join(", "));
            self.errors.at(&call.method, message);
        }
        if self.errors.count() == before {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_binary(&mut self, binary: &ExprBinary) {
        let method = match binary.op {
            BinOp::Eq(_) => "equal",
            BinOp::Ne(_) => "not_equal",
            BinOp::Lt(_) => "less",
            BinOp::Le(_) => "less_equal",
            BinOp::Gt(_) => "greater",
            BinOp::Ge(_) => "greater_equal",
            _ => "",
        };
        if !method.is_empty() && self.is_tensor(&binary.left) {
            let (left, right) = (shown(&binary.left), shown(&binary.right));
            let message = messages::compared(&left, method, &right);
            self.errors.at(binary.op, message);
        }
        visit::visit_expr_binary(self, binary);
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
            && !names.declared.contains_key(&name.to_string())
            && !names.has_macro
            && !source::defines(&name.to_string(), "mut")
        {
            let value = assign.right.to_token_stream().to_string();
            let value = value.replace("- ", "-");
            errors.at(name, messages::named_argument(name, &value));
        }
    }
}

/// The name of a function that is called by it alone.
fn plain_name(call: &ExprCall) -> Option<String> {
    match &*call.func {
        Expr::Path(path) => path.path.get_ident().map(Ident::to_string),
        _ => None,
    }
}

/// An expression as it is written, if that is short.
fn shown(value: &Expr) -> String {
    match value {
        Expr::Path(path) => path.path.get_ident().map_or("..".into(), Ident::to_string),
        Expr::Reference(inner) => format!("&{}", shown(&inner.expr)),
        Expr::MethodCall(call) => {
            let arguments: Vec<String> = call.args.iter().map(shown).collect();
            format!(
                "{}.{}({})",
                shown(&call.receiver),
                call.method,
                arguments.join(", ")
            )
        }
        Expr::Call(call) => plain_name(call).map_or("..".into(), |name| format!("{name}(..)")),
        Expr::Lit(literal) => literal.to_token_stream().to_string(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            format!("-{}", shown(&unary.expr))
        }
        Expr::Assign(assign) => shown(&assign.right),
        _ => "..".into(),
    }
}
