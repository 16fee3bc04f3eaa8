//! The types of fields that are no parts of a model, as far as their names tell.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::{Field, Role};
use syn::visit_mut::{self, VisitMut};
use syn::{Item, Type, TypePath, parse_quote};

/// A tensor is no part of a model.
pub fn field_type(field: &Field, errors: &mut Errors) {
    let Type::Path(ty) = &field.ty else { return };
    let is_tensor = ty.path.segments.last().is_some_and(|s| s.ident == "Tensor");
    match field.role {
        Role::Module if is_tensor => errors.at(ty, messages::tensor_field(&field.name())),
        Role::Param(_) if is_tensor => errors.at(ty, messages::TENSOR_AS_PARAM),
        _ => {}
    }
}

/// Reports every `Rc` in a struct and writes an `Arc` for it, so that nothing else is said about it: a model is shared by threads.
pub fn shared(item: &mut Item, errors: &mut Errors) {
    struct Shared<'a>(&'a mut Errors);
    impl VisitMut for Shared<'_> {
        fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
            visit_mut::visit_type_path_mut(self, ty);
            if let Some(last) = ty.path.segments.last()
                && last.ident == "Rc"
                && !last.arguments.is_empty()
            {
                self.0.at(&*ty, messages::RC);
                let arguments = &last.arguments;
                *ty = parse_quote!(::std::sync::Arc #arguments);
            }
        }
    }
    Shared(errors).visit_item_mut(item);
}
