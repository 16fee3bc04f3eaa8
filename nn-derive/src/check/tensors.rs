//! What the variables of a `call` are, as far as it is certain without types: tensors, and sizes of their shapes.

use super::foreign;
use super::positional::is_known;
use super::shown::{plain_name, shown};
use crate::source;
use proc_macro2::Ident;
use std::collections::HashMap;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ImplItemFn, Lit, Local, Pat, PatIdent, PatType, Token, Type};

/// Functions of the prelude that give a tensor.
const FUNCTIONS: [&str; 4] = ["concatenate", "stack", "einsum", "where_"];

/// Methods that take a tensor and give one.
const OPERATIONS: [&str; 40] = [
    "abs",
    "cast",
    "clip",
    "elu",
    "exp",
    "expand_dims",
    "flatten",
    "flatten_from",
    "gelu",
    "greater",
    "index_axis",
    "less",
    "log",
    "log_softmax",
    "matmul",
    "max",
    "max_axis",
    "maximum",
    "mean",
    "mean_axes",
    "mean_axis",
    "min",
    "minimum",
    "relu",
    "reshape",
    "sigmoid",
    "silu",
    "slice_axis",
    "softmax",
    "sqrt",
    "square",
    "squeeze",
    "stop_gradient",
    "sum",
    "sum_axes",
    "sum_axis",
    "swapaxes",
    "t",
    "tanh",
    "transpose",
];

/// The variables of a function.
pub struct Names<'ast> {
    owner: String,
    /// How often each is declared.
    declared: HashMap<String, usize>,
    /// Those that are arguments of the type.
    arguments: Vec<String>,
    /// What the others are at first.
    values: HashMap<String, &'ast Expr>,
    /// A macro may declare anything.
    pub has_macro: bool,
}

impl<'ast> Names<'ast> {
    /// Those of the `call` of a struct.
    pub fn of(call: &'ast ImplItemFn, owner: &str) -> Names<'ast> {
        let mut names = Names {
            owner: owner.to_string(),
            declared: HashMap::new(),
            arguments: Vec::new(),
            values: HashMap::new(),
            has_macro: false,
        };
        names.visit_impl_item_fn(call);
        names
    }

    /// Whether a variable has a name.
    pub fn is_declared(&self, name: &str) -> bool {
        self.declared.contains_key(name)
    }

    /// What the only variable of a name is.
    fn value(&self, name: &str) -> Option<&'ast Expr> {
        let is_one = self.declared.get(name) == Some(&1) && !self.has_macro;
        is_one.then(|| self.values.get(name).copied())?
    }

    /// Whether a value is a tensor for certain.
    pub fn is_tensor(&self, value: &Expr) -> bool {
        match value {
            Expr::Reference(reference) => self.is_tensor(&reference.expr),
            Expr::Paren(paren) => self.is_tensor(&paren.expr),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let name = name.to_string();
                let is_one = self.declared.get(&name) == Some(&1) && !self.has_macro;
                is_one && self.arguments.contains(&name)
                    || self.value(&name).is_some_and(|value| self.is_tensor(value))
            }),
            Expr::MethodCall(call) => match layer_called(value) {
                Some(layer) => self.gives_tensor(layer),
                None => {
                    let is_operation = OPERATIONS.iter().any(|name| call.method == name);
                    is_operation && self.is_tensor(&call.receiver)
                }
            },
            Expr::Call(call) => plain_name(call).is_some_and(|name| {
                FUNCTIONS.contains(&name.as_str())
                    && !self.has_macro
                    && !self.is_declared(&name)
                    && !source::is_another_function(&name, "nn")
            }),
            Expr::Binary(binary) => is_arithmetic(&binary.op) && self.is_tensor(&binary.left),
            _ => false,
        }
    }

    /// Whether a field is a layer that gives a tensor.
    fn gives_tensor(&self, layer: &Ident) -> bool {
        source::is_alone_of(&self.owner, &layer.to_string(), |ty| {
            is_known(ty) && !source::is_another_type(ty, "nn")
        })
    }

    /// The `-1` in the sizes of `reshape([b, -1])` where another of them is a `usize` for certain, and what is written instead.
    pub fn minus_one_of_usize<'a>(&self, sizes: &'a syn::ExprArray) -> Option<(&'a Expr, String)> {
        let sizes: &Punctuated<Expr, Token![,]> = &sizes.elems;
        let open = sizes.iter().find(|size| shown(size) == "-1")?;
        if !sizes.iter().any(|size| self.is_usize(size)) {
            return None;
        }
        if sizes.len() == 2 && self.is_batch(&sizes[0]) && shown(&sizes[1]) == "-1" {
            return Some((open, "flatten_from(1)".into()));
        }
        let signed = sizes.iter().map(|size| match (size, self.is_usize(size)) {
            (Expr::Binary(_), true) => format!("({}) as isize", shown(size)),
            (_, true) => format!("{} as isize", shown(size)),
            _ => shown(size),
        });
        let signed: Vec<String> = signed.collect();
        Some((open, format!("reshape([{}])", signed.join(", "))))
    }

    /// Whether a value is the first size of a tensor.
    fn is_batch(&self, value: &Expr) -> bool {
        match value {
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let value = self.value(&name.to_string());
                value.is_some_and(|value| self.is_batch(value))
            }),
            other => foreign::is_batch(other),
        }
    }

    /// Whether a value is the shape of a tensor for certain.
    fn is_shape(&self, value: &Expr) -> bool {
        match value {
            Expr::MethodCall(call) => call.method == "shape" && self.is_tensor(&call.receiver),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let value = self.value(&name.to_string());
                value.is_some_and(|value| self.is_shape(value))
            }),
            _ => false,
        }
    }

    /// Whether a value is a `usize` for certain.
    fn is_usize(&self, value: &Expr) -> bool {
        match value {
            Expr::Paren(paren) => self.is_usize(&paren.expr),
            Expr::Index(index) => {
                !matches!(&*index.index, Expr::Range(_)) && self.is_shape(&index.expr)
            }
            Expr::MethodCall(call) => {
                let is_number = call.method == "rank" || call.method == "num_elements";
                is_number && call.args.is_empty() && self.is_tensor(&call.receiver)
            }
            Expr::Cast(cast) => matches!(&*cast.ty, Type::Path(ty) if ty.path.is_ident("usize")),
            Expr::Lit(literal) => matches!(&literal.lit, Lit::Int(n) if n.suffix() == "usize"),
            Expr::Binary(binary) => is_arithmetic(&binary.op) && self.is_usize(&binary.left),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let value = self.value(&name.to_string());
                value.is_some_and(|value| self.is_usize(value))
            }),
            _ => false,
        }
    }
}

impl<'ast> Visit<'ast> for Names<'ast> {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        *self.declared.entry(pat.ident.to_string()).or_default() += 1;
        visit::visit_pat_ident(self, pat);
    }

    fn visit_pat_type(&mut self, typed: &'ast PatType) {
        if let (Pat::Ident(pat), true) = (&*typed.pat, is_tensor(&typed.ty)) {
            self.arguments.push(pat.ident.to_string());
        }
        visit::visit_pat_type(self, typed);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let mut bind = |pat: &Pat, value: &'ast Expr| {
            if let Pat::Ident(pat) = pat {
                self.values.insert(pat.ident.to_string(), value);
            }
        };
        if let Some(init) = &local.init {
            match (&local.pat, &*init.expr) {
                (Pat::Tuple(pats), Expr::Tuple(values))
                    if pats.elems.len() == values.elems.len() =>
                {
                    pats.elems
                        .iter()
                        .zip(&values.elems)
                        .for_each(|(pat, value)| bind(pat, value));
                }
                (pat, value) => bind(pat, value),
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        self.has_macro |= matches!(pat, Pat::Macro(_));
        visit::visit_pat(self, pat);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {
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

/// Whether it is `self` alone.
pub fn is_self(receiver: &Expr) -> bool {
    matches!(receiver, Expr::Path(path) if path.path.is_ident("self"))
}

fn is_arithmetic(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_)
    )
}
