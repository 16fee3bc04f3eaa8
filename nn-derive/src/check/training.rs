//! The flag `training`, used in a `call` that does not take it.

use crate::errors::Errors;
use crate::messages;
use syn::visit::{self, Visit};
use syn::{ExprPath, ImplItemFn, Pat, PatIdent};

/// Reports a `training` that nothing declares.
pub fn training(call: &ImplItemFn, errors: &mut Errors) {
    #[derive(Default)]
    struct Names<'ast> {
        used: Option<&'ast ExprPath>,
        is_declared: bool,
    }
    impl<'ast> Visit<'ast> for Names<'ast> {
        fn visit_expr_path(&mut self, path: &'ast ExprPath) {
            if path.path.is_ident("training") && self.used.is_none() {
                self.used = Some(path);
            }
            visit::visit_expr_path(self, path);
        }
        fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
            self.is_declared |= pat.ident == "training";
            visit::visit_pat_ident(self, pat);
        }
        fn visit_pat(&mut self, pat: &'ast Pat) {
            // A macro may declare anything.
            self.is_declared |= matches!(pat, Pat::Macro(_));
            visit::visit_pat(self, pat);
        }
        fn visit_item(&mut self, item: &'ast syn::Item) {
            // A constant or function of that name, or one that comes from elsewhere.
            self.is_declared |= !matches!(item, syn::Item::Fn(f) if f.sig.ident != "training");
        }
    }
    let mut names = Names::default();
    names.visit_impl_item_fn(call);
    if let (Some(used), false) = (names.used, names.is_declared) {
        errors.at(used, messages::TRAINING_NOT_TAKEN);
    }
}
