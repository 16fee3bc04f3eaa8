//! How layers and models show themselves, short and nested: `Net { dense: Dense { units: 16, activation: Relu } }`.

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
