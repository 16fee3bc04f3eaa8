//! Layers on symbolic tensors: what a Functional model is put together with.

use crate::functional::call::Asked;
use nn_core::layer;
use nn_core::registry::{DynLayer, SharedLayer};
use nn_core::symbolic::{Maker, made_by};
use nn_core::{Error, IntoInput, Layer, Tensor, Tensors};
use std::fmt;
use std::sync::Arc;

/// What makes a symbolic tensor that no operation makes, as its history keeps it.
pub(crate) enum Called {
    /// The call of a layer.
    Layer {
        layer: SharedLayer,
        name: Option<Arc<str>>,
        asked: Asked,
    },
    /// A tensor takes another for its mask, or has none.
    Mask,
}

/// A layer that is used several times in a Functional model: one set of weights.
///
/// Source: a layer object that is called several times in Keras.
///
/// ```
/// use nn::{Dense, Functional, Input, Module, Shared, Tensor};
/// let (a, b) = (Input::new([4]), Input::new([4]));
/// let dense = Shared::new(Dense::new(2)).named("encoder");
/// let distance = dense.on(&a) - dense.on(&b);
/// let model: Functional<(Tensor, Tensor), Tensor> = Functional::new((a, b), distance)?;
/// assert_eq!(model.count_params(), 4 * 2 + 2);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
pub struct Shared<L> {
    layer: Arc<L>,
    name: Option<Arc<str>>,
}

impl<L: fmt::Debug> fmt::Debug for Shared<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&self.layer).finish()
    }
}

impl<L> Clone for Shared<L> {
    fn clone(&self) -> Self {
        Shared {
            layer: self.layer.clone(),
            name: self.name.clone(),
        }
    }
}

impl<L: Layer> Shared<L> {
    /// A layer to be used as often as one likes.
    pub fn new(layer: L) -> Shared<L> {
        Shared {
            layer: Arc::new(layer),
            name: None,
        }
    }

    /// Names the layer: in paths, in summaries, and for outputs that it gives.
    pub fn named(mut self, name: &str) -> Shared<L> {
        self.name = Some(name.into());
        self
    }

    /// The layer's output on symbolic tensors, which is symbolic; its parameters are made on the way.
    pub fn on(&self, input: impl IntoInput<L::Input>) -> L::Output {
        let input = input.into_input();
        let inputs: Vec<Tensor> = input.leaves().into_iter().cloned().collect();
        if let Some(error) = not_symbolic(&*self.layer, &inputs) {
            return L::Output::failed(error);
        }
        let plain = input.map(&mut |t| t.plain());
        let output = layer::call(&*self.layer, plain, false);
        if output.error().is_some() {
            return output;
        }
        let mut made = self.made(inputs, &output.leaves()).into_iter();
        output.map(&mut |t| made.next().unwrap_or(t))
    }

    fn made(&self, inputs: Vec<Tensor>, outputs: &[&Tensor]) -> Vec<Tensor> {
        let called = Called::Layer {
            layer: self.layer.clone(),
            name: self.name.clone(),
            asked: Asked::default(),
        };
        made_by(Maker::Call(Arc::new(called)), inputs, outputs)
    }
}

/// What is wrong with inputs of which none is symbolic.
fn not_symbolic(layer: &dyn DynLayer, inputs: &[Tensor]) -> Option<Error> {
    if inputs.iter().any(|t| t.history().is_some()) {
        return None;
    }
    let failed = inputs.iter().find_map(Tensor::error).cloned();
    Some(failed.unwrap_or_else(|| {
        Error::value(format!(
            "`on` puts a {} into a Functional model and needs a symbolic tensor, `Input::new([784])` or what is made of one; on a tensor with a \
             value a layer is run by `forward`",
            layer.class_name().unwrap_or("layer")
        ))
    }))
}

/// [`Shared::on`] for a layer of any type.
pub fn call_symbolic(layer: &SharedLayer, name: Option<&str>, inputs: Vec<Tensor>) -> Vec<Tensor> {
    call_asked(layer, name, inputs, Asked::default())
}

/// [`call_symbolic`], called in a way of its own.
pub(crate) fn call_asked(
    layer: &SharedLayer,
    name: Option<&str>,
    inputs: Vec<Tensor>,
    asked: Asked,
) -> Vec<Tensor> {
    if let Some(error) = not_symbolic(&**layer, &inputs) {
        return vec![Tensor::failed(error)];
    }
    let plain = inputs.iter().map(Tensor::plain).collect();
    let outputs = asked.call(&**layer, plain, false);
    if outputs.iter().any(|t| t.error().is_some()) {
        return outputs;
    }
    let called = Called::Layer {
        layer: layer.clone(),
        name: name.map(Arc::from),
        asked,
    };
    let outputs: Vec<&Tensor> = outputs.iter().collect();
    made_by(Maker::Call(Arc::new(called)), inputs, &outputs)
}

/// A symbolic tensor that has a mask, which may be symbolic too, or none when the model runs.
pub(crate) fn masked(x: &Tensor, mask: Option<Tensor>) -> Tensor {
    if x.history().is_none() {
        return Tensor::failed(Error::value(
            "a mask is given to a constant, and is one of the model's tensors",
        ));
    }
    let result = x.plain().with_mask(mask.as_ref().map(Tensor::plain));
    match result.error() {
        Some(_) => result,
        None => {
            let inputs = std::iter::once(x.clone()).chain(mask).collect();
            made_by(Maker::Call(Arc::new(Called::Mask)), inputs, &[&result]).swap_remove(0)
        }
    }
}

/// Layers on symbolic tensors: `Dense::new(10).named("digit").on(&x)`.
pub trait On: Layer {
    /// As [`Shared::on`], for a layer that is used once.
    fn on(self, input: impl IntoInput<Self::Input>) -> Self::Output {
        Shared::new(self).on(input)
    }

    /// As [`Shared::named`].
    fn named(self, name: &str) -> Shared<Self> {
        Shared::new(self).named(name)
    }
}

impl<L: Layer> On for L {}
