//! Layers in a row.

use nn_core::config::{Reader, Writer};
use nn_core::layer::{DEEPEST, nested_too_deep};
use nn_core::registry::{DynLayer, LayerClass, call_one, config_of, layer_from_config};
use nn_core::{DType, Error, Layer, Module, Result, Shape, Tensor, UNKNOWN, module};
use serde_json::Value;
use std::sync::OnceLock;

/// Layers from one tensor to one tensor, run one after the other; without layers it hands its input through.
///
/// Layers of any kind go in, the user's own too. In paths they have their positions as names: `0.kernel`, `2.conv.kernel`.
///
/// Source: Keras's `Sequential`.
///
/// ```
/// use nn::{Activation, Dense, Flatten, Layer, Module, Sequential, Tensor};
/// let model = Sequential::new()
///     .add(Flatten::new())
///     .add(Dense::new(64).activation(Activation::Relu))
///     .add(Dense::new(10));
/// assert_eq!(model.forward(Tensor::ones([2, 28, 28])).shape(), [2, 10]);
/// let paths: Vec<String> = model.parameters().iter().map(|p| p.path().to_string()).collect();
/// assert_eq!(paths, ["1.kernel", "1.bias", "2.kernel", "2.bias"]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Sequential {
    layers: Vec<Box<dyn DynLayer>>,
    /// How many levels of layers there are.
    depth: usize,
    /// What went in first, of any batch, by which Keras builds it.
    built_for: OnceLock<(Shape, DType)>,
}

/// In the place of a layer with which there would be more than [`DEEPEST`] levels: whatever goes through a tree, dropping it for one, takes
/// room on the stack for each of them.
#[derive(Clone)]
struct TooDeep;

impl Module for TooDeep {
    fn class_name(&self) -> Option<&'static str> {
        Some("TooDeep")
    }

    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn config(&self) -> Value {
        Writer::new("TooDeep").finish()
    }

    fn from_config(_: &Value) -> Result<TooDeep> {
        Err(nested_too_deep())
    }
}

impl Layer for TooDeep {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, _: Tensor, _: bool) -> Tensor {
        Tensor::failed(nested_too_deep())
    }
}

/// How many levels of layers a layer is, itself included.
fn depth_of(layer: &dyn DynLayer) -> usize {
    // Counted as they are put together: models are built from the inside.
    if let Some(sequential) = layer.as_any().downcast_ref::<Sequential>() {
        return sequential.depth + 1;
    }
    // A parameter is as far down as its path has names, and its layer one level less.
    let mut levels = 1;
    module::walk(layer, &mut |path, _| {
        levels = levels.max(path.bytes().filter(|&byte| byte == b'.').count() + 1);
    });
    levels
}

impl Sequential {
    /// No layers yet.
    pub const fn new() -> Sequential {
        Sequential {
            layers: Vec::new(),
            depth: 0,
            built_for: OnceLock::new(),
        }
    }

    /// With another layer at the end. Nested deeper than 500 levels, layers give an error when they are built or called.
    #[allow(clippy::should_implement_trait)] // Keras's name; nothing is summed
    pub fn add<L: Layer<Input = Tensor, Output = Tensor>>(mut self, layer: L) -> Sequential {
        self.push(layer);
        self
    }

    /// Adds a layer at the end: in a loop, or where [`Sequential::add`] does not fit.
    pub fn push<L: Layer<Input = Tensor, Output = Tensor>>(&mut self, layer: L) {
        let (depth, layer): (usize, Box<dyn DynLayer>) = match depth_of(&layer) {
            depth if depth < DEEPEST => (depth, Box::new(layer)),
            _ => (1, Box::new(TooDeep)),
        };
        self.depth = self.depth.max(depth);
        self.layers.push(layer);
    }

    /// The shape and the type of what went in first, with an open batch; `None` before it is built.
    pub(crate) fn built_for(&self) -> Option<(Shape, DType)> {
        self.built_for.get().copied()
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The layer at a position.
    pub fn get(&self, index: usize) -> Option<&dyn DynLayer> {
        self.layers.get(index).map(|layer| &**layer)
    }

    /// The layers in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn DynLayer> + ExactSizeIterator {
        self.layers.iter().map(|layer| &**layer)
    }
}

impl std::ops::Index<usize> for Sequential {
    type Output = dyn DynLayer;
    /// # Panics
    /// When there is no layer at that position; [`Sequential::get`] returns an `Option`.
    fn index(&self, index: usize) -> &(dyn DynLayer + 'static) {
        match self.layers.get(index) {
            Some(layer) => &**layer,
            None => panic!(
                "a Sequential of {} layers has no layer {index}",
                self.layers.len()
            ),
        }
    }
}

impl<'a> IntoIterator for &'a Sequential {
    type Item = &'a dyn DynLayer;
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, Box<dyn DynLayer>>,
        fn(&'a Box<dyn DynLayer>) -> &'a dyn DynLayer,
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.layers.iter().map(|layer| &**layer)
    }
}

impl std::fmt::Debug for Sequential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sequential ")?;
        f.debug_list().entries(&self.layers).finish()
    }
}

// Not derived: the types of the layers are not known, so their classes are looked up by name.
impl Module for Sequential {
    fn class_name(&self) -> Option<&'static str> {
        Some("Sequential")
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.layers
            .iter()
            .enumerate()
            .for_each(|(i, layer)| visit(&i.to_string(), &**layer));
    }

    fn config(&self) -> Value {
        let layers = self.layers.iter().map(|layer| config_of(&**layer));
        let layers = Value::Array(layers.collect());
        let mut writer = Writer::new("Sequential");
        writer.entry("layers", layers);
        writer.finish()
    }

    fn from_config(config: &Value) -> Result<Sequential> {
        let read = |(i, layer): (usize, &Value)| {
            layer_from_config(layer).map_err(|e| e.context(format!("layer {i} of Sequential")))
        };
        // Read where they are: a copy at every level would make deep nesting slow.
        let reader = Reader::new(&["Sequential"], config)?;
        reader.only(&["layers", "build_input_shape"], &[])?;
        let layers = reader.entry("layers", |layers| {
            let layers = layers.as_array().ok_or_else(|| {
                Error::format(format!("expected a list of layers, found {layers}"))
            })?;
            // What goes in is no layer here: the first call says it.
            let layers = layers.iter().filter(|l| l["class_name"] != "InputLayer");
            layers.enumerate().map(read).collect::<Result<Vec<_>>>()
        })?;
        let depth = layers.iter().map(|layer| depth_of(&**layer)).max();
        let depth = depth.unwrap_or(0);
        let model = Sequential {
            layers,
            depth,
            built_for: OnceLock::new(),
        };
        reader.finish(&model)?;
        Ok(model)
    }
}

impl Layer for Sequential {
    type Input = Tensor;
    type Output = Tensor;

    /// Each layer casts for itself.
    fn autocast(&self) -> bool {
        false
    }

    fn run(&self, input: Tensor, training: bool) -> Tensor {
        if let (None, 1..) = (input.error(), input.rank()) {
            let of_any_batch = || (input.shape().with(0, UNKNOWN), input.dtype());
            self.built_for.get_or_init(of_any_batch);
        }
        self.layers
            .iter()
            .fold(input, |x, layer| call_one(&**layer, x, training))
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "Sequential",
        module: module_path!(),
        layer_type: std::any::TypeId::of::<Sequential>(),
        from_config: |config| Some(Sequential::from_config(config).map(|s| Box::new(s) as Box<dyn DynLayer>)),
    }
}

// So that saving says what is wrong.
nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "TooDeep",
        module: module_path!(),
        layer_type: std::any::TypeId::of::<TooDeep>(),
        from_config: |config| Some(TooDeep::from_config(config).map(|s| Box::new(s) as Box<dyn DynLayer>)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, TimeDistributed,
    };
    use nn_core::trace::trace;

    fn model() -> Sequential {
        let block = Sequential::new()
            .add(Conv2D::new(4, 3))
            .add(BatchNormalization::new())
            .add(MaxPooling2D::new(2));
        Sequential::new()
            .add(block)
            .add(Flatten::new())
            .add(Dropout::new(0.5))
            .add(Dense::new(3))
    }

    #[test]
    fn it_and_its_copies_show_their_layers() {
        let shown = "Sequential [Sequential [Conv2D, BatchNormalization, MaxPooling2D], Flatten, Dropout, Dense]";
        assert_eq!(format!("{:?}", model()), shown);
        assert_eq!(format!("{:?}", model().clone()), shown);
        assert_eq!(format!("{:?}", model().clone().clone_model()), shown);
    }

    #[test]
    fn without_layers_it_is_the_identity() {
        let x = Tensor::ones([2, 3]);
        assert!(Sequential::new().forward(&x).shares_memory(&x));
        let graph = trace(&Sequential::new(), [3]).unwrap();
        assert_eq!(graph.shape(graph.outputs()[0]).to_string(), "[_, 3]");
    }

    #[test]
    fn is_rebuilt_from_its_configuration_with_everything_in_it() {
        let model = model();
        let x = Tensor::random_normal([2, 8, 8, 1]);
        let y = model.forward(&x).to_vec::<f32>().unwrap();
        let copy = model.clone_model();
        assert_eq!(copy.config(), model.config());
        assert_eq!(copy.forward(&x).to_vec::<f32>().unwrap(), y);
        let paths: Vec<String> = copy
            .parameters()
            .iter()
            .map(|p| p.path().to_string())
            .collect();
        assert_eq!(paths[..3], ["0.0.kernel", "0.0.bias", "0.1.gamma"]);
        assert_eq!(
            (copy.len(), copy.get(1).unwrap().class_name()),
            (4, Some("Flatten"))
        );
        assert_eq!(copy.iter().next_back().unwrap().class_name(), Some("Dense"));
    }

    #[test]
    fn as_deep_as_the_stack_has_room_for_and_deeper_is_an_error() {
        let nested = |n: usize| {
            let first = Sequential::new().add(Dense::new(1));
            (0..n).fold(first, |inner, _| Sequential::new().add(inner))
        };
        let deep = nested(DEEPEST - 2);
        deep.build([2]).unwrap();
        assert_eq!(deep.forward(Tensor::ones([1, 2])).shape(), [1, 1]);
        assert_eq!(deep.parameters().len(), 2);
        for n in [DEEPEST - 1, 5 * DEEPEST, 100 * DEEPEST] {
            let deeper = nested(n);
            for error in [
                deeper.build([2]).unwrap_err(),
                deeper
                    .forward(Tensor::ones([1, 2]))
                    .into_result()
                    .unwrap_err(),
            ] {
                let error = error.to_string();
                assert!(
                    error.contains("nested more than 500 levels deep"),
                    "{error}"
                );
            }
        }
        // Whatever holds the layers.
        let mut model = Sequential::new().add(Dense::new(1));
        for _ in 0..DEEPEST {
            model = Sequential::new().add(TimeDistributed::new(model));
        }
        let error = model.build([2, 2]).unwrap_err().to_string();
        assert!(
            error.contains("nested more than 500 levels deep"),
            "{error}"
        );
    }

    #[test]
    fn errors_name_the_layer() {
        let model = model();
        let error = model
            .forward(Tensor::ones([2, 784]))
            .into_result()
            .unwrap_err();
        assert_eq!(error.path(), Some("0.0 (Conv2D)"), "{error}");
        let mut config = model.config();
        config["config"]["layers"][3]["class_name"] = "Dance".into();
        let error = Sequential::from_config(&config).err().unwrap();
        assert!(
            error
                .to_string()
                .contains("layer 3 of Sequential: no layer is called Dance"),
            "{error}"
        );
    }

    #[test]
    fn the_training_flag_is_handed_on() {
        let model = Sequential::new().add(Dropout::new(1.0));
        assert_eq!(
            model.call(Tensor::ones([3]), true).to_vec::<f32>().unwrap(),
            [0.0; 3]
        );
        assert_eq!(
            model.forward(Tensor::ones([3])).to_vec::<f32>().unwrap(),
            [1.0; 3]
        );
    }
}
