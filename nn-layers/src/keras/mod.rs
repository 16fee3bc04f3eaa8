//! Layers and models of Keras, by its JSON: read as what they are here, written as Keras reads them; and weights in Keras's order.
//!
//! ```
//! use nn::{keras, Layer, Tensor};
//! let dense = keras::layer_from_json(r#"{"class_name": "Dense", "config": {"units": 3, "activation": "relu"}}"#)?;
//! assert_eq!(dense.forward(Tensor::ones([2, 4])).shape(), [2, 3]);
//! keras::set_weights(&*dense, &[Tensor::ones([4, 3]), Tensor::zeros([3])])?;
//! assert_eq!(dense.forward(Tensor::ones([1, 4])).to_vec::<f32>()?, [4.0; 3]);
//! # Ok::<(), nn::Error>(())
//! ```

mod classes;
mod text;
mod write;

use crate::functional::{Functional, Sequential, sequence};
use nn_core::module;
use nn_core::registry::{AnyLayer, DynLayer, config_of, layer_from_config};
use nn_core::{Error, Module, Result, Tensor};
use serde_json::Value;

/// A model whose inputs and outputs only its JSON says.
pub type AnyModel = Functional<Vec<Tensor>, Vec<Tensor>>;

/// The layer that a text of `keras.layers.serialize` or `{"class_name": .., "config": {..}}` says, without weights. Missing entries have Keras's
/// defaults. Every layer may have an `activity_regularizer`, as in Keras, whether its class here has such a setting or not.
///
/// # Errors
/// No JSON; a class that is not here; entries that the class does not have, with those that it has; values that cannot be.
pub fn layer_from_json(json: &str) -> Result<AnyLayer> {
    text::read(json, |config| match config["class_name"].as_str() {
        Some("InputLayer") => Err(Error::format(
            "an InputLayer is no layer here but says what goes into a model: `model_from_json` reads it as part of one, and `Input::new([784])` is one",
        )),
        _ => layer_from_config(config),
    })
}

/// The model that `model.to_json()` of a Sequential or Functional model of Keras says, without its weights: layers used several times, operations
/// between them, several inputs and outputs, models in models.
///
/// Masks are those that Keras uses: `mask=`, `query_mask=` and their kin of a call, which Keras writes for automatic masks too, are put on the tensors
/// that go in; everything else carries the mask of its tensors ([`Tensor::mask`]), but operations between layers, and recurrent layers that are called
/// with an initial state and no mask, which Keras leaves without one. `use_causal_mask`, `return_attention_scores` and `attention_mask` are those of the
/// layer's call. `training` of a call says nothing, as in Keras's `fit` and `predict`, which tell every layer whether it trains. Calls are read in the
/// form of Keras 3 and in that of Keras 2, `[[["layer", 0, 0, {}]]]`.
///
/// ```
/// use nn::keras;
/// let json = r#"{"class_name": "Sequential", "config": {"layers": [
///     {"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "float32", "name": "input"}},
///     {"class_name": "Dense", "config": {"name": "head", "units": 3}}]}}"#;
/// let model = keras::model_from_json(json)?;
/// assert_eq!(keras::get_weights(&model).len(), 2);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// As [`layer_from_json`]; a Sequential without a shape of its input; two layers of one name; an operation of `keras.ops` or an argument of a call that
/// is not known here, by the name of its layer.
pub fn model_from_json(json: &str) -> Result<AnyModel> {
    text::read(json, model_from_config)
}

fn model_from_config(config: &Value) -> Result<AnyModel> {
    match config.get("class_name").and_then(Value::as_str) {
        Some("Functional" | "Model") => AnyModel::from_config(config),
        Some("Sequential") => match sequence(config)? {
            Some((input, output)) => AnyModel::new(vec![input], vec![output]),
            None => Err(Error::format(
                "the Sequential says no shape of its input, by which its weights are made: build or call the model before its JSON is written, in Keras \
                 or here, or read it by `layer_from_json`, which builds it at its first call",
            )),
        },
        Some(other) => Err(Error::format(format!(
            "expected a Sequential or a Functional model, found {other}: a subclassed model is code, of which JSON says nothing"
        ))),
        None => Err(Error::format("a model's JSON has a `class_name`")),
    }
}

/// The JSON of a layer or model that Keras reads: `keras.models.model_from_json`, or `keras.layers.deserialize` of it parsed. A [`Sequential`] that is
/// built says what goes in, `build_input_shape`, as Keras's does, and [`model_from_json`] reads it again. A layer of which all parameters are frozen,
/// wherever it stands in the model, says `"trainable": false`.
///
/// ```
/// use nn::{Dense, Layer, Sequential, Tensor, keras};
/// let model = Sequential::new().add(Dense::new(2)).add(Dense::new(1));
/// let x = Tensor::ones([4, 3]);
/// let y = model.forward(&x);
/// let again = keras::model_from_json(&keras::to_json(&model)?)?;
/// keras::set_weights(&again, &keras::get_weights(&model))?;
/// assert_eq!(again.forward(vec![x])[0].to_vec::<f32>()?, y.to_vec::<f32>()?);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// A class that Keras does not have, by its name and its place: a subclassed model, a layer of this program, or an activation with settings that is
/// none of Keras's layers; an operation that has no name in `keras.ops`.
pub fn to_json(layer: &dyn DynLayer) -> Result<String> {
    let mut written = write::described(&config_of(layer), layer)?;
    if let Some(sequential) = layer.as_any().downcast_ref::<Sequential>() {
        write::built(&mut written["config"], sequential);
    }
    text::write(&written)
}

/// The values of all weights in Keras's order, `model.get_weights()`.
pub fn get_weights(layer: &dyn Module) -> Vec<Tensor> {
    let parameters = module::parameters(layer);
    parameters.iter().map(|p| p.value()).collect()
}

/// Sets all weights, in Keras's order: `model.set_weights(..)`. The layer is built. The `count` of a `Normalization`, a whole number that says
/// nothing, may be left out with all others of its kind.
///
/// # Errors
/// Another number of weights, or another shape; nothing is set then.
pub fn set_weights(layer: &dyn Module, weights: &[Tensor]) -> Result<()> {
    let mut parameters = module::parameters(layer);
    let says_nothing = |path: &str| path == "count" || path.ends_with(".count");
    let counts = parameters.iter().filter(|p| says_nothing(p.path())).count();
    if counts > 0 && parameters.len() == weights.len() + counts {
        parameters.retain(|p| !says_nothing(p.path()));
    }
    if parameters.len() != weights.len() {
        let paths: Vec<&str> = parameters.iter().map(|p| p.path()).collect();
        return Err(Error::value(format!(
            "expected {} weights ({}), found {}",
            parameters.len(),
            paths.join(", "),
            weights.len()
        )));
    }
    let mut cast = Vec::new();
    for (p, weight) in parameters.iter().zip(weights) {
        let shape = weight.try_shape()?;
        if p.is_built() && p.shape() != shape {
            return Err(Error::shape(format!(
                "{}: expected {}, found {shape}",
                p.path(),
                p.shape()
            )));
        }
        cast.push(weight.cast(p.dtype()).into_result()?);
    }
    parameters
        .iter()
        .zip(&cast)
        .try_for_each(|(p, weight)| p.set_value(weight))
}
