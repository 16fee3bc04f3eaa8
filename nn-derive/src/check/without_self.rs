//! A layer called without `self.`: `dense(x)`.

use crate::errors::Errors;
use crate::{messages, source};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ImplItemFn, PatIdent};

/// Functions that `nn::prelude::*` brings: a layer may have the name of one, which then still is what is called.
const OF_THE_PRELUDE: [&str; 7] = [
    "assert_close",
    "concatenate",
    "einsum",
    "no_gradient",
    "set_seed",
    "stack",
    "where_",
];

/// Reports calls of functions that are no functions but fields of the struct, if its file says so.
pub fn without_self(call: &ImplItemFn, name: &impl ToTokens, errors: &mut Errors) {
    #[derive(Default)]
    struct Names<'ast> {
        called: Vec<&'ast Ident>,
        declared: Vec<&'ast Ident>,
    }
    impl<'ast> Visit<'ast> for Names<'ast> {
        fn visit_expr_call(&mut self, call: &'ast ExprCall) {
            if let Expr::Path(path) = &*call.func
                && let Some(name) = path.path.get_ident()
            {
                self.called.push(name);
            }
            visit::visit_expr_call(self, call);
        }
        fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
            self.declared.push(&pat.ident);
            visit::visit_pat_ident(self, pat);
        }
        fn visit_item(&mut self, item: &'ast syn::Item) {
            if let syn::Item::Fn(function) = item {
                self.declared.push(&function.sig.ident);
            }
        }
    }
    let mut names = Names::default();
    names.visit_impl_item_fn(call);
    let name = name.to_token_stream().to_string();
    for called in names.called {
        let text = called.to_string();
        let is_lowercase = text.starts_with(|c: char| c.is_lowercase());
        let is_known = names.declared.contains(&called) || OF_THE_PRELUDE.contains(&text.as_str());
        if is_lowercase && !is_known && source::is_field_alone(&name, &text) {
            errors.at(called, messages::without_self(&text));
        }
    }
}
