//! The names that fields cannot have.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::Role;
use syn::Ident;
use syn::ext::IdentExt;

/// The methods that every layer or model has: a field method of the same name would hide them.
pub const RESERVED: &[&str] = &[
    "as_param",
    "build",
    "build_parameters",
    "call",
    "class_name",
    "clone_model",
    "clone_reinitialized",
    "compile",
    "compute_loss",
    "config",
    "count_params",
    "evaluate",
    "fit",
    "forward",
    "from_config",
    "load",
    "load_model",
    "load_weights",
    "load_weights_partial",
    "parameters",
    "plot",
    "predict",
    "run",
    "save",
    "save_model",
    "set_trainable",
    "summary",
    "test_step",
    "train_step",
    "trainable_parameters",
    "visit",
];

/// A field that gets a method must not take the name of another one.
pub fn field_name(ident: &Ident, role: &Role, errors: &mut Errors) {
    let name = ident.unraw().to_string();
    let has_method = matches!(role, Role::Module | Role::Param(_));
    if has_method && RESERVED.contains(&name.as_str()) {
        errors.at(ident, messages::reserved_field(&name));
    }
}
