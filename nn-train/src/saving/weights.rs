//! Taking over the weights of a file into a model that is there.

use super::format::{self, File, RESERVED};
use nn_core::module::{self, Parameter};
use nn_core::{Error, Module, Result};
use std::collections::HashSet;
use std::fmt;
use std::path::Path;

/// How a file's tensors and a model's parameters match.
#[derive(Default)]
pub(super) struct Plan {
    fits: Vec<String>,
    mismatched: Vec<String>,
    missing: Vec<String>,
    unexpected: Vec<String>,
}

pub(super) fn match_up(parameters: &[Parameter<'_>], file: &File) -> Plan {
    let mut plan = Plan::default();
    for p in parameters {
        let path = p.path().to_string();
        match file.tensors.get(p.path()) {
            None if is_unused(p, file) => {}
            None => plan.missing.push(path),
            Some(t) if p.is_built() && t.shape() != p.shape() => {
                plan.mismatched.push(format!(
                    "{path}: expected {}, file has {}",
                    p.shape(),
                    t.shape()
                ));
            }
            Some(t) if p.is_built() && t.dtype() != p.dtype() => {
                plan.mismatched.push(format!(
                    "{path}: expected {}, file has {}",
                    p.dtype(),
                    t.dtype()
                ));
            }
            Some(_) => plan.fits.push(path),
        }
    }
    let known: HashSet<&str> = parameters.iter().map(|p| p.path()).collect();
    let others = file.tensors.keys().filter(|name| {
        let other = RESERVED.iter().any(|prefix| name.starts_with(prefix));
        !other && !known.contains(name.as_str())
    });
    plan.unexpected = others.cloned().collect();
    plan
}

/// Whether a parameter has no value, here and in the model that was saved: of a layer that no call has reached.
fn is_unused(parameter: &Parameter<'_>, file: &File) -> bool {
    !parameter.is_built() && file.unbuilt.contains(parameter.path())
}

impl Plan {
    /// Refuses a file that does not have every parameter in its shape, and nothing else.
    pub(super) fn check_complete(&self) -> Result<()> {
        let mut lines = self.mismatched.clone();
        lines.extend(self.missing.iter().map(|p| format!("{p}: not in the file")));
        lines.extend(
            self.unexpected
                .iter()
                .map(|p| format!("{p}: in the file, but not in the model")),
        );
        if lines.is_empty() {
            return Ok(());
        }
        // A message with every line of a large model, or of a hostile file, helps nobody.
        const SHOWN: usize = 100;
        let more = match lines.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n => format!("\n  and {n} more"),
        };
        lines.truncate(SHOWN);
        Err(Error::format(format!(
            "the weights do not fit the model, and nothing was loaded:\n  {}{more}\n`load_weights_partial` loads those that fit",
            lines.join("\n  ")
        )))
    }

    pub(super) fn assign(&self, parameters: &[Parameter<'_>], file: &File) -> Result<()> {
        let fits: HashSet<&str> = self.fits.iter().map(String::as_str).collect();
        for p in parameters.iter().filter(|p| fits.contains(p.path())) {
            p.set_value(&file.tensors[p.path()])
                .map_err(|e| e.at_path(p.path()))?;
        }
        Ok(())
    }
}

/// A model that is not built has no shapes that a file's could be compared with.
fn check_built(parameters: &[Parameter<'_>], file: &File) -> Result<()> {
    let unbuilt = |p: &&Parameter<'_>| !p.is_built() && !is_unused(p, file);
    match parameters.iter().find(unbuilt) {
        None => Ok(()),
        Some(p) => Err(Error::value(format!(
            "`{}` has no shape yet, and a file's weights must not decide what it is: `build` the model for its input first, \
             `model.build([784])?` for example (`load_model` needs no model)",
            p.path()
        ))),
    }
}

/// Replaces all parameters, or none.
pub(crate) fn load_weights(model: &dyn Module, path: &Path) -> Result<()> {
    let parameters = module::parameters(model);
    let at = |e: Error| e.context(path.display());
    let file = format::read(path)?;
    check_built(&parameters, &file).map_err(at)?;
    let plan = match_up(&parameters, &file);
    plan.check_complete().map_err(at)?;
    file.check()?;
    plan.assign(&parameters, &file)
}

/// Replaces the parameters that fit.
pub(crate) fn load_weights_partial(model: &dyn Module, path: &Path) -> Result<LoadReport> {
    let parameters = module::parameters(model);
    let file = format::read(path)?;
    check_built(&parameters, &file).map_err(|e| e.context(path.display()))?;
    let plan = match_up(&parameters, &file);
    file.check()?;
    plan.assign(&parameters, &file)?;
    Ok(LoadReport {
        loaded: plan.fits,
        mismatched: plan.mismatched,
        missing: plan.missing,
        unexpected: plan.unexpected,
    })
}

/// What a partial load did. It prints as one line of counts; the lists say which.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// Paths of the parameters that were replaced.
    pub loaded: Vec<String>,
    /// Parameters of another shape or type in the file, with both.
    pub mismatched: Vec<String>,
    /// Parameters that the file does not have.
    pub missing: Vec<String>,
    /// Tensors of the file that the model does not have.
    pub unexpected: Vec<String>,
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "loaded {}, shape mismatch {}, missing {}, unexpected {}",
            self.loaded.len(),
            self.mismatched.len(),
            self.missing.len(),
            self.unexpected.len()
        )
    }
}
