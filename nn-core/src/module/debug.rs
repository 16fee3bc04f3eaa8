//! How layers and models show themselves, short and nested: `Net { dense: Dense { units: 16, activation: Relu } }`.

use crate::module::tree::Module;
use std::fmt;

/// Writes a module with its settings and layers: what `#[model(debug)]` calls.
///
/// What is `None` is left out, and so is how parameters start, are penalized and constrained.
///
/// # Errors
/// When the formatter fails.
///
/// ```
/// struct Scale {
///     factor: f64,
///     offset: Option<f64>,
/// }
/// impl std::fmt::Debug for Scale {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         nn::module::debug(f, "Scale", &[("factor", &self.factor), ("offset", &self.offset)])
///     }
/// }
/// let scale = Scale { factor: 2.0, offset: None };
/// assert_eq!(format!("{scale:?}"), "Scale { factor: 2.0 }");
/// ```
pub fn debug(
    f: &mut fmt::Formatter<'_>,
    class_name: &str,
    fields: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let mut shown = f.debug_struct(class_name);
    for (name, value) in fields {
        let about_parameters = ["initializer", "regularizer", "constraint"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
        if !about_parameters && format!("{value:?}") != "None" {
            shown.field(name, value);
        }
    }
    shown.finish()
}

/// A layer whose type is not known, shown by its class and those of the layers in it: `Block { conv: Conv2D, rest: [Dense, Dropout] }`.
pub(super) struct Classes<'a>(pub(super) &'a dyn Module);

impl fmt::Debug for Classes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        self.0.visit(&mut |name, part| {
            if has_class(part) {
                parts.push((name.to_string(), Classes(part)));
            }
        });
        let numbered = parts.iter().all(|(name, _)| name.parse::<usize>().is_ok());
        match self.0.class_name() {
            Some(class) if parts.is_empty() => f.write_str(class),
            // A container, or a layer that is one: what is in it has numbers for names.
            class if numbered => {
                f.write_str(class.unwrap_or_default())?;
                f.write_str(if class.is_some() { " " } else { "" })?;
                f.debug_list()
                    .entries(parts.iter().map(|(_, part)| part))
                    .finish()
            }
            class => {
                let mut shown = f.debug_struct(class.unwrap_or_default());
                for (name, part) in &parts {
                    shown.field(name, part);
                }
                shown.finish()
            }
        }
    }
}

/// Whether a module is a layer, or a container in which there is one.
fn has_class(module: &dyn Module) -> bool {
    let mut found = module.class_name().is_some();
    if !found {
        module.visit(&mut |_, part| found = found || has_class(part));
    }
    found
}
