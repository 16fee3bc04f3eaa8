//! Fields that are called as layers and are none: parameters, maps and tuples of layers; and layers of a list that are called as functions,
//! by the habit of Python.

use super::shown::{list, plain_name, shown};
use super::tensors::is_self;
use crate::errors::Errors;
use crate::syntax::Holder;
use crate::{around, messages, source};
use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprForLoop, ExprMethodCall, Field, ImplItemFn, Member, Pat, Type};

/// What a field is that is no layer.
#[derive(Clone, Copy)]
pub enum Part {
    Parameter,
    Map,
    Tuple,
    List,
}

/// Reports them, as far as the file tells what the fields are. Whether there is one of which the struct says what is wrong: a parameter that
/// is declared as a layer, `#[layer(3)] scale: Param`.
pub fn called(call: &ImplItemFn, owner: &impl ToTokens, errors: &mut Errors) -> bool {
    let fields = around::fields(&owner.to_token_stream().to_string());
    let parts = fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?.to_string();
        Some((name, part(field)?))
    });
    let mut calls = Calls {
        parts: parts.collect(),
        declared: fields
            .iter()
            .filter(|field| is_declared_by_numbers(field))
            .filter_map(|field| Some(field.ident.as_ref()?.to_string()))
            .collect(),
        layers: Vec::new(),
        is_reported: false,
        errors,
    };
    if !calls.parts.is_empty() {
        calls.visit_block(&call.block);
    }
    calls.is_reported
}

/// Whether a field is a parameter under `#[layer(3)]`, which the struct reports.
fn is_declared_by_numbers(field: &Field) -> bool {
    let is_of_numbers = |attr: &syn::Attribute| match &attr.meta {
        syn::Meta::List(list) => {
            let first = list.tokens.clone().into_iter().next();
            list.path.is_ident("layer") && matches!(first, Some(TokenTree::Literal(_)))
        }
        _ => false,
    };
    matches!(part(field), Some(Part::Parameter)) && field.attrs.iter().any(is_of_numbers)
}

fn part(field: &Field) -> Option<Part> {
    let is_layer = |attr: &syn::Attribute| {
        ["layer", "doc", "allow"]
            .iter()
            .any(|name| attr.path().is_ident(name))
    };
    if !field.attrs.iter().all(is_layer) {
        return None;
    }
    match (&field.ty, Holder::of(&field.ty)) {
        (_, Some(Holder::Array(_) | Holder::Vec(_))) => Some(Part::List),
        (Type::Tuple(tuple), _) => (!tuple.elems.is_empty()).then_some(Part::Tuple),
        (Type::Path(path), _) => match path.path.segments.last()?.ident.to_string().as_str() {
            "Param" => Some(Part::Parameter),
            "BTreeMap" => Some(Part::Map),
            _ => None,
        },
        _ => None,
    }
}

struct Calls<'e> {
    parts: BTreeMap<String, Part>,
    /// Those of which the struct says what is wrong.
    declared: BTreeSet<String>,
    is_reported: bool,
    /// The names that loops give to the layers of a list.
    layers: Vec<String>,
    errors: &'e mut Errors,
}

impl Calls<'_> {
    fn part(&self, of: &Ident) -> Option<Part> {
        self.parts.get(&of.to_string()).copied()
    }

    /// Whether a value is all layers of a list: `&self.layers`, `self.layers.iter()`.
    fn is_list(&self, value: &Expr) -> bool {
        match value {
            Expr::Reference(reference) => self.is_list(&reference.expr),
            Expr::Paren(paren) => self.is_list(&paren.expr),
            Expr::MethodCall(call) if call.method == "iter" || call.method == "rev" => {
                self.is_list(&call.receiver)
            }
            Expr::Field(_) => {
                field(value).is_some_and(|of| matches!(self.part(of), Some(Part::List)))
            }
            _ => false,
        }
    }

    /// Visits what is done with one layer of a list, which has this name.
    fn with_layer(&mut self, name: &Pat, of: &Expr, visit: impl FnOnce(&mut Self)) {
        let known = self.layers.len();
        if let (Pat::Ident(pat), true) = (name, self.is_list(of)) {
            self.layers.push(pat.ident.to_string());
        }
        visit(self);
        self.layers.truncate(known);
    }
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if is_self(&call.receiver)
            && let Some(part) = self.part(&call.method)
            && !source::defines(&call.method.to_string(), "fn")
        {
            let (name, input) = (call.method.to_string(), list(call.args.iter()));
            if self.declared.contains(&name) {
                self.is_reported = true;
            } else if let Some(message) = messages::part_called(part, &name, &input) {
                self.errors.at(&call.method, message);
            }
        }
        if call.method == "fold"
            && let [first, Expr::Closure(each)] = &call.args.iter().collect::<Vec<_>>()[..]
            && let [_, layer] = &each.inputs.iter().collect::<Vec<_>>()[..]
        {
            self.visit_expr(&call.receiver);
            self.visit_expr(first);
            return self.with_layer(layer, &call.receiver, |this| this.visit_expr(&each.body));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let is_layer = match &*call.func {
            Expr::Index(index) => field(&index.expr)
                .is_some_and(|of| matches!(self.part(of), Some(Part::List | Part::Map))),
            Expr::Field(part) => {
                matches!(part.member, Member::Unnamed(_))
                    && field(&part.base)
                        .is_some_and(|of| matches!(self.part(of), Some(Part::Tuple)))
            }
            _ => plain_name(call).is_some_and(|name| self.layers.contains(&name)),
        };
        if is_layer {
            let message = messages::layer_as_function(&shown(&call.func), &list(call.args.iter()));
            self.errors.at(&call.func, message);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
        self.visit_expr(&each.expr);
        self.with_layer(&each.pat, &each.expr, |this| this.visit_block(&each.body));
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {
        // It has a `self` of its own.
    }
}

/// The `layers` of `self.layers`.
fn field(of: &Expr) -> Option<&Ident> {
    match of {
        Expr::Field(field) if is_self(&field.base) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        _ => None,
    }
}
