//! Whether a generated constructor can make every field.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Field, New, Role, Struct};
use syn::ext::IdentExt;

/// What is wrong between fields and constructor.
pub fn declared(item: &Struct, errors: &mut Errors) {
    let Some(new) = &item.attrs.new else {
        if errors.count() > 0 {
            // A `new` that cannot be read, perhaps, which is reported already.
            return;
        }
        if let Some(declared) = item.fields.iter().find_map(|f| f.declared.as_ref()) {
            errors.at_span(declared.span, messages::NO_NEW);
        }
        if let Some(path) = &item.attrs.not_const {
            errors.at(path, messages::NOT_CONST_WITHOUT_NEW);
        }
        return;
    };
    for field in &item.fields {
        if !is_made(field, new) {
            errors.at(&field.ident, messages::no_value(&field.name()));
        }
    }
    if item.attrs.input.is_some()
        && item.attrs.not_const.is_none()
        && item.generics.params.is_empty()
    {
        for argument in new.arguments.iter().filter(|a| a.example.is_none()) {
            let name = argument.ident.unraw().to_string();
            errors.at(&argument.ident, messages::no_example(&name));
        }
    }
}

/// Whether `new` knows how to make a field.
fn is_made(field: &Field, new: &New) -> bool {
    field.declared.is_some()
        || matches!(field.role, Role::Param(Some(_)))
        || new.argument(&field.ident).is_some()
}
