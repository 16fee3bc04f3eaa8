//! Ops made again from what they say about themselves: their name and settings. So a graph that was written down is read back.
//!
//! An op registers itself in its own file, with [`by_name!`]; nothing enumerates them.

use crate::graph::attributes::Attributes;
use crate::graph::op::OpHandle;
use crate::{Error, Result};

/// How an op of a name is made from its settings.
pub struct OpClass {
    /// What [`crate::op::Op::name`] answers.
    pub name: &'static str,
    /// Makes it.
    pub make: fn(&Attributes) -> Result<OpHandle>,
}

inventory::collect!(OpClass);

/// Registers an op: its name, and how it is made from its attributes.
macro_rules! by_name {
    ($name:expr, |$attributes:pat_param| $op:expr) => {
        inventory::submit! {
            $crate::graph::by_name::OpClass {
                name: $name,
                make: |$attributes| Ok($crate::graph::op::OpHandle::new($op)),
            }
        }
    };
}
pub(crate) use by_name;

/// The op of a name with these settings.
///
/// # Errors
/// A name that no op has; a setting that is missing or of another type.
pub fn op_by_name(name: &str, attributes: &Attributes) -> Result<OpHandle> {
    let mut classes = inventory::iter::<OpClass>();
    match classes.find(|class| class.name == name) {
        Some(class) => {
            (class.make)(attributes).map_err(|e| e.context(format!("the operation {name}")))
        }
        None => Err(Error::format(format!(
            "the operation {name} cannot be made from its name: it holds code of the program that ran it; write it inside of a layer"
        ))),
    }
}
