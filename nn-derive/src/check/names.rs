//! The names that fields cannot have.

use crate::errors::Errors;
use crate::syntax::{Role, Struct};
use crate::{blocks, messages};
use std::collections::BTreeSet;
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
    "save_weights",
    "set_trainable",
    "summary",
    "test_step",
    "train_step",
    "trainable_parameters",
    "visit",
];

/// Names that a struct may have for something else too, `Net::new()`: a layer of that name is called by the method of a trait, which
/// stands back behind those.
pub const SHARED_NAMES: &[&str] = &["new", "default", "INPUT", "OUTPUT"];

/// A field that gets a method must not take the name of another one.
pub fn field_name(ident: &Ident, role: &Role, errors: &mut Errors) {
    let name = ident.unraw().to_string();
    let has_method = matches!(role, Role::Module | Role::Param(_));
    if has_method && RESERVED.contains(&name.as_str()) {
        errors.at(ident, messages::reserved_field(&name));
    }
}

/// A field that gets a method must not take the name of one that the user wrote. It is left without its own, so that nothing else is said.
pub fn methods(item: &mut Struct, errors: &mut Errors) {
    let has_method = |role: &Role| matches!(role, Role::Module | Role::Param(_));
    let fields = item.fields.iter().filter(|f| has_method(&f.role));
    let names: BTreeSet<String> = fields.map(|f| f.name()).collect();
    let owner = item.ident.unraw().to_string();
    let taken = blocks::methods(&owner, &names);
    for field in &mut item.fields {
        let name = field.name();
        if taken.contains(&name)
            && !field.is_wrong
            && has_method(&field.role)
            && !SHARED_NAMES.contains(&&*name)
        {
            errors.at(&field.ident, messages::method_like_field(&owner, &name));
            field.role = Role::Skip;
        }
    }
}
