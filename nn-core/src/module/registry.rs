//! Finding a layer's type by the class name in a configuration: what lets a `Sequential` of anybody's layers be loaded.
//!
//! Every struct under `#[derive(Layer)]` or `#[derive(Model)]` without generics is registered by the derive. Nothing
//! enumerates them.

use crate::module::activity;
use crate::module::debug::Classes;
use crate::module::registered::registered;
use crate::{Error, Layer, Module, Regularizer, Result, Tensor};
use serde_json::Value;
use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;

/// A layer whose type is not known until the program runs: what `Sequential` and `Functional` hold, and what a `call` of one's own can.
///
/// Every [`Layer`] is one, whatever goes in and comes out: its tensors are listed in the order of its arguments.
///
/// ```
/// use nn::{extend::AnyLayer, Layer, Module, Result, Tensor};
/// use serde_json::{Value, json};
/// # // `#[derive(Layer)]` and `#[model]` write what stands here by hand.
/// struct Total;
/// impl Module for Total {
///     fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}
///     fn config(&self) -> Value {
///         json!({"class_name": "Total", "config": {}})
///     }
///     fn from_config(_: &Value) -> Result<Total> {
///         Ok(Total)
///     }
/// }
/// impl Layer for Total {
///     type Input = (Tensor, Tensor);
///     type Output = Tensor;
///     fn run(&self, (a, b): (Tensor, Tensor), _training: bool) -> Tensor {
///         a + b
///     }
/// }
/// let layers: Vec<AnyLayer> = vec![Box::new(Total)];
/// let sum = layers[0].call_dyn(vec![Tensor::ones([2]), Tensor::ones([2])], false);
/// assert_eq!(sum[0].to_vec::<f32>()?, [2.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait DynLayer: Module {
    /// As [`Layer::call`], with all tensors that go in and all that come out. A wrong number of tensors is the error of what comes out.
    fn call_dyn(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor>;

    /// As [`Module::clone_model`].
    fn clone_dyn(&self) -> Box<dyn DynLayer>;

    /// The penalty on its outputs that its class does not have among its settings.
    #[doc(hidden)]
    fn activity_regularizer(&self) -> Option<Regularizer> {
        None
    }

    /// Its type.
    #[doc(hidden)]
    fn layer_type(&self) -> TypeId {
        TypeId::of::<Self>()
    }

    /// For whoever knows its type.
    #[doc(hidden)]
    fn as_any(&self) -> &dyn Any;
}

/// A layer of any type.
pub type AnyLayer = Box<dyn DynLayer>;

impl<L: Layer> DynLayer for L {
    fn call_dyn(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        self.call_any(inputs, training)
    }

    fn clone_dyn(&self) -> Box<dyn DynLayer> {
        Box::new(self.clone_model())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for dyn DynLayer {
    /// Its class and those of the layers in it: how its type shows itself is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Classes(self).fmt(f)
    }
}

/// A layer that several share, whatever its type.
pub type SharedLayer = std::sync::Arc<dyn DynLayer>;

impl Clone for Box<dyn DynLayer> {
    fn clone(&self) -> Self {
        // The layer in it, and not the box, which is a layer too.
        (**self).clone_dyn()
    }
}

/// A layer of a type that is not known: `Vec<Box<dyn DynLayer>>` holds layers of different types.
impl Module for Box<dyn DynLayer> {
    fn as_module(&self) -> &dyn Module {
        &**self
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        (**self).visit(visit);
    }

    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        (**self).shared()
    }

    fn config(&self) -> Value {
        config_of(&**self)
    }

    fn from_config(config: &Value) -> Result<Self> {
        layer_from_config(config)
    }
}

impl Layer for Box<dyn DynLayer> {
    type Input = Tensor;
    type Output = Tensor;
    fn run(&self, input: Tensor, training: bool) -> Tensor {
        call_one(&**self, input, training)
    }
    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        (**self).call_dyn(inputs, training)
    }
}

/// Calls a layer from one tensor to one tensor.
pub fn call_one(layer: &dyn DynLayer, input: Tensor, training: bool) -> Tensor {
    let mut outputs = layer.call_dyn(vec![input], training);
    match (outputs.pop(), outputs.is_empty()) {
        (Some(output), true) => output,
        (last, _) => {
            let found = outputs.len() + usize::from(last.is_some());
            Tensor::failed(Error::value(format!(
                "expected one tensor from {}, found {found}; `call_dyn` gives them all",
                layer.class_name().unwrap_or("a layer")
            )))
        }
    }
}

/// A layer built from its configuration; `None` if the class is not a layer.
#[doc(hidden)]
pub type Made = Option<Result<Box<dyn DynLayer>>>;

/// One registered class. Submitted by the derives.
#[derive(Debug)]
#[doc(hidden)]
pub struct LayerClass {
    pub class_name: &'static str,
    /// Where the struct is declared, as `module_path!` says it.
    pub module: &'static str,
    pub layer_type: TypeId,
    pub from_config: fn(&Value) -> Made,
}

crate::collect!(LayerClass);

/// Makes a class known by its name, in programs with the feature `registry`: what is known is linked, used or not.
#[cfg(feature = "registry")]
#[doc(hidden)]
#[macro_export]
macro_rules! __class {
    ($($class:tt)*) => { $crate::submit! { $($class)* } };
}

/// Nothing is known by its name without the feature `registry`.
#[cfg(not(feature = "registry"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __class {
    ($($class:tt)*) => {};
}

/// All classes of a name.
fn classes(name: &str) -> impl Iterator<Item = &'static LayerClass> {
    registered::<LayerClass>().filter(move |class| class.class_name == name)
}

/// The configuration of a layer from which [`layer_from_config`] finds its class again: with Keras's `module` where two structs have the
/// same name.
pub fn config_of(layer: &dyn DynLayer) -> Value {
    let mut config = layer.config();
    if let Some(name) = layer.class_name()
        && classes(name).nth(1).is_some()
        && let Some(class) = classes(name).find(|class| class.layer_type == layer.layer_type())
        && let Value::Object(entries) = &mut config
    {
        entries.insert("module".to_string(), class.module.into());
    }
    config
}

/// Builds a layer from `{"class_name": ..., "config": ...}`. Every class may have an `activity_regularizer`, as in Keras: a layer that does not know of
/// one is penalized by what stands around it.
///
/// # Errors
/// When no such class is registered, two are and no `module` says which, or the configuration is malformed.
pub fn layer_from_config(config: &Value) -> Result<Box<dyn DynLayer>> {
    let (layer, regularizer) = activity::read(config, of_class, |layer| layer.config())?;
    Ok(match regularizer {
        None => layer,
        Some(regularizer) => Box::new(Penalized { layer, regularizer }),
    })
}

/// The layer that the class of a configuration makes of it.
fn of_class(config: &Value) -> Result<Box<dyn DynLayer>> {
    let Some(name) = config.get("class_name").and_then(Value::as_str) else {
        return Err(Error::format("a layer's configuration has no `class_name`"));
    };
    let mut found: Vec<&LayerClass> = classes(name).collect();
    if found.len() > 1 {
        let module = config.get("module").and_then(Value::as_str);
        found.retain(|class| module == Some(class.module));
    }
    match (&found[..], classes(name).next()) {
        ([class], _) => (class.from_config)(config).unwrap_or_else(|| {
            Err(Error::format(format!(
                "{name} has no `call` and is no layer: write it under `#[model] impl {name}`"
            )))
        }),
        (_, Some(_)) => {
            let modules: Vec<&str> = classes(name).map(|class| class.module).collect();
            Err(Error::format(format!(
                "several layers are called {name}, in {}, and the configuration does not say by `module` which it means; rename \
                 one so that a file names just one",
                modules.join(", ")
            )))
        }
        (_, None) if !cfg!(feature = "registry") => Err(Error::format(format!(
            "{name} cannot be found by its name: this program is built without the feature `registry` of `nn-model`"
        ))),
        (_, None) => Err(Error::format(format!(
            "no layer is called {name}: declare it with `#[derive(Layer)]` in this program (generic structs cannot be found by name)"
        ))),
    }
}

/// A layer with a penalty on its outputs, which its class does not have among its settings. It stands around the layer and is none itself: whoever looks
/// at the tree or asks for its type finds the layer.
#[repr(C)]
struct Penalized {
    layer: Box<dyn DynLayer>,
    regularizer: Regularizer,
}

impl Module for Penalized {
    fn class_name(&self) -> Option<&'static str> {
        (*self.layer).class_name()
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.layer.visit(visit);
    }

    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        // The penalty's address, not its own: that is what an `Arc` of it is known by.
        const { assert!(std::mem::offset_of!(Penalized, regularizer) > 0) };
        Some((std::ptr::from_ref(&self.regularizer).cast(), &*self.layer))
    }

    fn config(&self) -> Value {
        activity::write(config_of(&*self.layer), self.regularizer)
    }

    fn from_config(_: &Value) -> Result<Penalized> {
        Err(Error::format(
            "what stands around a layer is read as the layer",
        ))
    }

    fn reset_state(&self) {
        (*self.layer).reset_state();
    }
}

impl DynLayer for Penalized {
    fn call_dyn(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        let outputs = self.layer.call_dyn(inputs, training);
        for output in &outputs {
            activity::penalize_of(&*self.layer, self.regularizer, output);
        }
        outputs
    }

    fn clone_dyn(&self) -> Box<dyn DynLayer> {
        Box::new(Penalized {
            layer: self.layer.clone(),
            regularizer: self.regularizer,
        })
    }

    fn activity_regularizer(&self) -> Option<Regularizer> {
        Some(self.regularizer)
    }

    fn layer_type(&self) -> TypeId {
        (*self.layer).layer_type()
    }

    fn as_any(&self) -> &dyn Any {
        (*self.layer).as_any()
    }
}

/// Chooses, at compile time, whether a type is a layer: method lookup prefers [`IsLayer`].
#[derive(Debug)]
#[doc(hidden)]
pub struct Probe<T>(pub PhantomData<T>);

#[doc(hidden)]
pub trait IsLayer {
    fn make(&self, config: &Value) -> Made;
}

impl<L: Layer> IsLayer for Probe<L> {
    fn make(&self, config: &Value) -> Made {
        Some(L::from_config(config).map(|l| Box::new(l) as Box<dyn DynLayer>))
    }
}

#[doc(hidden)]
pub trait IsSomethingElse {
    fn make(&self, config: &Value) -> Made;
}

impl<T> IsSomethingElse for &Probe<T> {
    fn make(&self, _: &Value) -> Made {
        None
    }
}
