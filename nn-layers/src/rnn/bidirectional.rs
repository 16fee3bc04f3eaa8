//! A recurrent layer over sequences in both directions.

use crate::ShapeError;
use nn_core::config::{ConfigValue, Reader, Writer};
use nn_core::ops::concatenate;
use nn_core::registry::{AnyLayer, DynLayer, LayerClass};
use nn_core::{Error, Layer, Module, Result, Shape, Tensor, floatx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::any::TypeId;

/// How a [`Bidirectional`] puts the outputs of its two layers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MergeMode {
    /// Their sum.
    Sum,
    /// Their product.
    Mul,
    /// One beside the other, that of the layer that runs forwards first.
    Concat,
    /// Their mean.
    Ave,
}

/// A recurrent layer twice, once from the first step to the last and once from the last to the first, each with weights of its own.
///
/// Shapes: those of the layer's output, of twice as many numbers with [`MergeMode::Concat`], the default; with sequences the second one is
/// turned round, so that both belong to the same steps. A layer with `return_state` gives its states after the output, first those of
/// the layer that runs forwards ([`Layer::call_any`]); initial states come in that order. Where the input has a mask, the output of
/// sequences is zeros at the steps that it leaves out. In paths: `forward_layer.kernel`, `backward_layer.kernel`.
///
/// Source: Schuster and Paliwal 1997; Keras's `Bidirectional`.
///
/// ```
/// use nn::{Bidirectional, LSTM, Layer, MergeMode, Module, Tensor};
/// let layer = Bidirectional::new(LSTM::new(4).return_sequences(true));
/// assert_eq!(layer.forward(Tensor::ones([2, 5, 3])).shape(), [2, 5, 8]);
/// assert_eq!(layer.parameters()[3].path(), "backward_layer.kernel");
/// let layer = Bidirectional::new(LSTM::new(4)).merge_mode(MergeMode::Sum);
/// assert_eq!(layer.forward(Tensor::ones([2, 5, 3])).shape(), [2, 4]);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Bidirectional<L: Layer = AnyLayer> {
    forward_layer: L,
    backward_layer: L,
    merge_mode: Option<MergeMode>,
    settings: Result<Settings>,
}

/// What the two layers must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settings {
    return_sequences: bool,
    return_state: bool,
    stateful: bool,
}

/// A setting of a layer, by its name in the configuration; none if the layer has no such setting.
fn flag(config: &Value, name: &str) -> Option<bool> {
    config.get("config")?.get(name)?.as_bool()
}

fn settings_of(config: &Value) -> Settings {
    let is = |name| flag(config, name).unwrap_or_default();
    Settings {
        return_sequences: is("return_sequences"),
        return_state: is("return_state"),
        stateful: is("stateful"),
    }
}

/// A layer like one of a configuration but for some settings.
fn with<L: Layer>(mut config: Value, changes: &[(&str, bool)]) -> Result<L> {
    for (name, value) in changes {
        if let Some(entry) = config.get_mut("config").and_then(|c| c.get_mut(name)) {
            *entry = (*value).into();
        }
    }
    L::from_config(&config)
}

impl<L: Layer> Bidirectional<L> {
    /// A recurrent layer and one like it that runs the other way, both with weights that are yet to be made.
    ///
    /// A layer that has no direction is an error when it runs.
    ///
    /// # Panics
    /// If the layer cannot be rebuilt from its own configuration, as [`Module::clone_model`].
    pub fn new(layer: L) -> Bidirectional<L> {
        let config = layer.config();
        let backwards = !flag(&config, "go_backwards").unwrap_or_default();
        let other = with(config, &[("go_backwards", backwards)]);
        let other = other.unwrap_or_else(|_| layer.clone_model());
        Bidirectional::of(layer, other)
    }

    fn of(forward_layer: L, backward_layer: L) -> Bidirectional<L> {
        let configs = [forward_layer.config(), backward_layer.config()];
        let settings = agreement(&configs);
        // As in Keras, since what a masked step would repeat is another one in each direction.
        let [forward_layer, backward_layer] =
            [(forward_layer, &configs[0]), (backward_layer, &configs[1])].map(|(layer, config)| {
                let zeros = ("zero_output_for_mask", settings_of(config).return_sequences);
                match flag(config, zeros.0) {
                    Some(now) if now != zeros.1 => with(config.clone(), &[zeros]).unwrap_or(layer),
                    _ => layer,
                }
            });
        Bidirectional {
            forward_layer,
            backward_layer,
            merge_mode: Some(MergeMode::Concat),
            settings,
        }
    }

    /// How the outputs are put together.
    pub fn merge_mode(mut self, merge_mode: MergeMode) -> Bidirectional<L> {
        self.merge_mode = Some(merge_mode);
        self
    }

    /// Gives both outputs, one after the other, in [`Layer::call_any`]: Keras's `merge_mode=None`. To call the layer for one tensor is
    /// then an error.
    pub fn unmerged(mut self) -> Bidirectional<L> {
        self.merge_mode = None;
        self
    }

    /// The layer for the other direction, where it is not just like the first one. Both must agree in `return_sequences`, `return_state` and
    /// `stateful`, and differ in `go_backwards`; it is an error of the call otherwise.
    pub fn backward_layer(self, backward_layer: L) -> Bidirectional<L> {
        Bidirectional {
            merge_mode: self.merge_mode,
            ..Bidirectional::of(self.forward_layer, backward_layer)
        }
    }

    /// The shape of the merged output, found by running the layers without values.
    ///
    /// # Errors
    /// What the layers do not take.
    pub fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let x = Tensor::abstract_of(*input, floatx());
        let output = self.forward(x).into_result();
        output
            .map(|y| y.shape())
            .map_err(|e| ShapeError::new(&e.to_string()))
    }

    /// The outputs, merged or not, and the states if the layers give them.
    fn outputs(&self, inputs: Vec<Tensor>, training: bool) -> Result<Vec<Tensor>> {
        let settings = self.settings.clone()?;
        let mut inputs = inputs.into_iter();
        let x = inputs.next();
        let x = x.ok_or_else(|| Error::value("Bidirectional takes a tensor, found none"))?;
        let shape = x.try_shape()?;
        if shape.rank() < 3 {
            let hint = "give each sequence as [time, features]; a recurrent layer before this one gives all steps with `return_sequences`";
            let layout = "[batch, time, features]";
            return Err(ShapeError::rank("Bidirectional", 3, layout, &shape, hint).into());
        }
        let (mask, mut states) = (x.mask(), inputs.collect::<Vec<_>>());
        if states.len() % 2 == 1 {
            return Err(Error::value(format!(
                "Bidirectional begins with as many states forwards as backwards, found {} together",
                states.len()
            )));
        }
        let backward_states = states.split_off(states.len() / 2);
        let run = |layer: &L, states: Vec<Tensor>| -> Result<(Tensor, Vec<Tensor>)> {
            let inputs = [x.clone()].into_iter().chain(states).collect();
            let mut outputs = layer.call_any(inputs, training).into_iter();
            let output = outputs.next();
            let output =
                output.ok_or_else(|| Error::value("a layer of Bidirectional gave nothing"))?;
            Ok((output.into_result()?.without_mask(), outputs.collect()))
        };
        let (forwards, mut last) = run(&self.forward_layer, states)?;
        let (mut backwards, others) = run(&self.backward_layer, backward_states)?;
        last.extend(others);
        if settings.return_sequences {
            backwards = backwards.flip(1);
        }
        let mut outputs = match self.merge_mode {
            None => vec![forwards, backwards],
            Some(MergeMode::Sum) => vec![forwards + backwards],
            Some(MergeMode::Mul) => vec![forwards * backwards],
            Some(MergeMode::Ave) => vec![(forwards + backwards) / 2.0],
            Some(MergeMode::Concat) => vec![concatenate([forwards, backwards], -1)],
        };
        let mask = mask.filter(|_| settings.return_sequences);
        outputs
            .iter_mut()
            .for_each(|y| *y = y.with_mask(mask.clone()));
        outputs.extend(last);
        Ok(outputs)
    }
}

/// What two layers agree on, by their configurations.
fn agreement(configs: &[Value; 2]) -> Result<Settings> {
    let [forwards, backwards] = [settings_of(&configs[0]), settings_of(&configs[1])];
    if forwards != backwards {
        return Err(Error::value(format!(
            "the layers of Bidirectional must agree in return_sequences, return_state and stateful, found {forwards:?} and {backwards:?}"
        )));
    }
    match [0, 1].map(|i| flag(&configs[i], "go_backwards")) {
        [Some(a), Some(b)] if a != b => Ok(forwards),
        [Some(a), Some(_)] => Err(Error::value(format!(
            "the layers of Bidirectional must run in different directions, found go_backwards = {a} in both"
        ))),
        _ => Err(Error::value(format!(
            "Bidirectional needs a recurrent layer, which has `go_backwards` among its settings, found {}",
            configs[0]
                .get("class_name")
                .and_then(Value::as_str)
                .unwrap_or("a layer without a class")
        ))),
    }
}

// Not derived: Keras's configuration calls the first layer `layer`, its weights `forward_layer`.
impl<L: Layer> Module for Bidirectional<L> {
    fn class_name(&self) -> Option<&'static str> {
        Some("Bidirectional")
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit("forward_layer", self.forward_layer.as_module());
        visit("backward_layer", self.backward_layer.as_module());
    }

    fn config(&self) -> Value {
        Writer::new("Bidirectional")
            .value("merge_mode", &self.merge_mode)
            .module("layer", &self.forward_layer)
            .module("backward_layer", &self.backward_layer)
            .finish()
    }

    fn from_config(config: &Value) -> Result<Bidirectional<L>> {
        let reader = Reader::new(&["Bidirectional"], config)?;
        reader.only(&["merge_mode", "layer", "backward_layer"], &[])?;
        let layer: L = reader.module("layer")?;
        let has_other = reader.has("backward_layer")
            && !reader.entry("backward_layer", |other| Ok(other.is_null()))?;
        let mut made = match has_other {
            true => Bidirectional::of(layer, reader.module("backward_layer")?),
            false => Bidirectional::new(layer),
        };
        made.settings.clone()?;
        if reader.has("merge_mode") {
            made.merge_mode = reader.entry("merge_mode", Option::<MergeMode>::from_json)?;
        }
        reader.finish(&made)?;
        Ok(made)
    }
}

impl<L: Layer> Layer for Bidirectional<L> {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, x: Tensor, training: bool) -> Tensor {
        let outputs = match self.merge_mode {
            Some(_) => self.outputs(vec![x], training),
            None => Err(Error::value(
                "an unmerged Bidirectional gives two tensors: ask for them with `call_any`",
            )),
        };
        match outputs {
            Ok(outputs) => outputs.into_iter().next().expect("the merged output"),
            Err(error) => Tensor::failed(error),
        }
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        let build = |_: &Vec<_>| Ok(());
        nn_core::layer::call_as(self, inputs, training, build, |inputs| {
            self.outputs(inputs, training)
                .unwrap_or_else(|error| vec![Tensor::failed(error)])
        })
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "Bidirectional",
        module: module_path!(),
        layer_type: TypeId::of::<Bidirectional>(),
        from_config: |config| Some(Bidirectional::<AnyLayer>::from_config(config).map(|l| Box::new(l) as Box<dyn DynLayer>)),
    }
}
