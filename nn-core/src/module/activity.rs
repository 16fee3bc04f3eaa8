//! Penalties on what layers give: Keras's activity regularizers.

use crate::module::config::ConfigValue;
use crate::module::context::{self, Frame};
use crate::module::tree;
use crate::{Module, Regularizer, Result, Tensor, add_loss};
use serde_json::Value;

/// What every layer of Keras may be told: the penalty on its outputs.
const NAME: &str = "activity_regularizer";

/// Adds the penalty on an output of the layer that runs, divided by the batch size, as Keras does; in inference too.
pub fn penalize(regularizer: Option<Regularizer>, output: Tensor) -> Tensor {
    if let Some(regularizer) = regularizer
        && counts(context::innermost())
    {
        add(regularizer, &output);
    }
    output
}

/// Adds the penalty on an output of a layer that has run, unless the layer around it does without it.
pub(super) fn penalize_of(layer: &dyn Module, regularizer: Regularizer, output: &Tensor) {
    if counts(tree::frame(layer)) {
        add(regularizer, output);
    }
}

/// Whether the penalty of this layer counts: not where the layer around it does without.
fn counts(layer: Option<Frame>) -> bool {
    context::unpenalized().is_none_or(|without| Some(without) != layer)
}

fn add(regularizer: Regularizer, output: &Tensor) {
    // Whole numbers have no gradient, and Keras's penalty on them is of their type.
    if output.error().is_some() || !output.dtype().is_float() {
        return;
    }
    let penalty = regularizer.penalty(output);
    add_loss(match output.rank() {
        0 => penalty,
        _ => penalty / output.batch_size(),
    });
}

/// Runs `f`, which calls a layer without the penalty that the layer itself has on its outputs; those of the layers in it count. So the layers of Keras
/// that call another one's `call` and not the layer.
pub fn without_penalty_of<R>(layer: &dyn Module, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Frame>);
    impl Drop for Restore {
        fn drop(&mut self) {
            context::replace_unpenalized(self.0);
        }
    }
    let layer = tree::frame(tree::behind(layer));
    let _restore = Restore(context::replace_unpenalized(layer));
    f()
}

/// What `make` makes of a configuration, and the penalty that it says if the class does not have one among its settings; `written` gives the
/// configuration of what was made.
///
/// # Errors
/// What `make` returns, with and without the penalty; one that cannot be read.
pub fn read<T>(
    config: &Value,
    make: impl Fn(&Value) -> Result<T>,
    written: impl Fn(&T) -> Value,
) -> Result<(T, Option<Regularizer>)> {
    let entry = config.get("config").and_then(|c| c.get(NAME));
    let Some(entry) = entry.filter(|entry| !entry.is_null()) else {
        return Ok((make(config)?, None));
    };
    let has_own = |made: &T| {
        written(made)
            .get("config")
            .is_some_and(|c| c.get(NAME).is_some())
    };
    let made = make(config).or_else(|error| {
        let mut without = config.clone();
        if let Some(Value::Object(entries)) = without.get_mut("config") {
            entries.remove(NAME);
        }
        match make(&without)? {
            // It is the entry of a class that has it that cannot be read.
            made if has_own(&made) => Err(error),
            made => Ok(made),
        }
    })?;
    if has_own(&made) {
        return Ok((made, None));
    }
    let regularizer = Regularizer::from_json(entry).map_err(|e| {
        let class = config.get("class_name").and_then(Value::as_str);
        e.context(format!("{}.{NAME}", class.unwrap_or("a layer")))
    })?;
    Ok((made, Some(regularizer)))
}

/// A configuration with a penalty on the outputs that the class does not have among its settings.
pub fn write(mut config: Value, regularizer: Regularizer) -> Value {
    if let Some(Value::Object(entries)) = config.get_mut("config") {
        entries.insert(NAME.to_string(), regularizer.to_json());
    }
    config
}
