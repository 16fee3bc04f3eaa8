//! What is wrong with what was read, found before anything is generated.

mod aliases;
mod bounds;
mod called;
mod declared;
mod elsewhere;
mod foreign;
mod foreign_layers;
mod habits;
mod names;
mod no_layers;
mod no_tensors;
mod one_input;
mod positional;
mod shown;
mod signature;
mod tensors;
mod training;
mod types;
mod uses;
mod without_self;

pub use aliases::arguments as named_arguments;
pub use bounds::{missing_bounds, unbound_layer};
pub use called::{Part, called};
pub use declared::unchecked;
pub use elsewhere::mentioned;
pub use habits::habits;
pub use names::{RESERVED, SHARED_NAMES, methods};
pub use no_layers::{Kind, kind};
pub use no_tensors::{is_reported_before, no_tensors};
pub use one_input::one_input;
pub use signature::{call, hook};
pub use training::training;
pub use types::{is_refused, is_unfit, refused, tensors_of, untyped};
pub use uses::{Uses, without_builds};
pub use without_self::without_self;

use crate::errors::Errors;
use crate::syntax::{Role, Struct};

/// Checks a struct.
pub fn structure(item: &mut Struct, errors: &mut Errors) {
    aliases::fields(item, errors);
    for field in &mut item.fields {
        let before = errors.count();
        names::field_name(&field.ident, &field.role, errors);
        field.is_wrong |= errors.count() > before;
    }
    let variants = item
        .variants
        .iter_mut()
        .flat_map(|variant| &mut variant.fields);
    for field in item.fields.iter_mut().chain(variants) {
        if !field.is_wrong && types::layer_as_another(field, errors) {
            // It has its method, so that nothing else is said.
            field.role = Role::Module;
            field.is_wrong = true;
        }
        if !field.is_wrong {
            let before = errors.count();
            item.is_unfit |= !types::field_type(field, errors);
            field.is_wrong |= errors.count() > before;
        }
    }
    types::plain_structs(item, errors);
    if !item.variants.is_empty() {
        return declared::variants(item, errors);
    }
    declared::declared(item, errors);
}
