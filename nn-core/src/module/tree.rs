//! The module tree: a model's fields, and what can be said about them by visiting them.
//!
//! A derive emits access (visit every field with its name, in order); everything here is a function over that visit.

use crate::module::context::Frame;
use crate::tensor::stream::Stream;
use crate::{Error, Param, Result, Tensor};
use serde_json::Value;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A node of the tree: a layer, a model, a [`Param`], or a container of those.
///
/// Implemented by `#[derive(Layer)]` and `#[derive(Model)]`, for `Vec`, `Option`, `Box`, `Arc`, `Box<[_]>`, `Arc<[_]>`, arrays, tuples
/// and `BTreeMap<String, _>` of modules, and for what holds nothing, `()` and `PhantomData`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a layer, a `Param` nor a container of those",
    label = "not part of a model",
    note = "add `#[config]` to the field to save it with the model, or `#[model(skip)]` to leave it out; an application, as `MobileNetV2::new()`, is a layer once it is built, a `Functional` by `.build()?`"
)]
pub trait Module: Send + Sync + 'static {
    /// The class that a configuration names (`Dense`); `None` for containers and parameters.
    fn class_name(&self) -> Option<&'static str> {
        None
    }

    /// Calls `visit` with the name and value of every field that is part of the tree, in order.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module));

    /// This node, whatever its type: what `visit` is called with.
    #[doc(hidden)]
    fn as_module(&self) -> &dyn Module
    where
        Self: Sized,
    {
        self
    }

    /// Another node that is visited for this one, and where that is: what an [`Arc`] shares with others, or what this only stands around.
    #[doc(hidden)]
    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        None
    }

    /// The parameter, if this is one.
    fn as_param(&self) -> Option<&Param> {
        None
    }

    /// The configuration in Keras's vocabulary: `{"class_name": "Dense", "config": {"units": 16, ...}}` for a layer.
    fn config(&self) -> Value;

    /// Rebuilds it, without weights, from its configuration.
    ///
    /// # Errors
    /// When the configuration is of another class, or entries are missing or malformed.
    fn from_config(config: &Value) -> Result<Self>
    where
        Self: Sized;

    /// Checks that this node's own settings are numbers where they are floats. It runs before every forward pass.
    ///
    /// # Errors
    /// A setting that is NaN, by name.
    #[doc(hidden)]
    fn check_settings(&self) -> Result<()> {
        Ok(())
    }

    /// Puts the stateful recurrent layers below back to their first state, as Keras's `reset_state`: what comes next is another sequence.
    fn reset_state(&self) {
        self.visit(&mut |_, child| child.reset_state());
    }

    /// What this node by itself carries from one call to the next beside parameters, as the states of a stateful layer are: nothing now, if the
    /// list is empty; `None` if it never does.
    #[doc(hidden)]
    fn carried(&self) -> Option<Vec<Tensor>> {
        None
    }

    /// Carries on what [`Module::carried`] gave.
    #[doc(hidden)]
    fn carry(&self, _: Vec<Tensor>) {}

    /// All parameters and buffers with their paths (`blocks.1.conv.kernel`), in field order; those not built yet too.
    ///
    /// Their values as Keras lists them are `nn::keras::get_weights(&layer)` and `nn::keras::set_weights(&layer, &weights)`.
    #[doc(alias = "get_weights")]
    #[doc(alias = "set_weights")]
    #[doc(alias = "named_parameters")]
    #[doc(alias = "weights")]
    fn parameters(&self) -> Vec<Parameter<'_>>
    where
        Self: Sized,
    {
        parameters(self)
    }

    /// The parameters that training changes.
    fn trainable_parameters(&self) -> Vec<Parameter<'_>>
    where
        Self: Sized,
    {
        let mut all = parameters(self);
        all.retain(|p| p.trainable());
        all
    }

    /// How many numbers the parameters and buffers hold; those not built yet count 0.
    fn count_params(&self) -> usize
    where
        Self: Sized,
    {
        parameters(self).iter().map(|p| p.count()).sum()
    }

    /// Freezes all parameters and buffers below (`false`) or lets them be trained again.
    ///
    /// Frozen means bit-identical afterwards: no gradients, no moving statistics. A layer that a model gives by its name or place has it too.
    ///
    /// ```
    /// use nn::{Dense, Layer, Module, Sequential};
    /// let model = Sequential::new().add(Dense::new(4)).add(Dense::new(2));
    /// model.build([3])?;
    /// model[0].set_trainable(false);
    /// let trained: Vec<String> = model.trainable_parameters().iter().map(|p| p.path().to_string()).collect();
    /// assert_eq!(trained, ["1.kernel", "1.bias"]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    fn set_trainable(&self, trainable: bool) {
        if let Some(param) = self.as_param() {
            param.set_trainable(trainable);
        }
        self.visit(&mut |_, child| child.set_trainable(trainable));
    }

    /// A copy with its own parameters of the same values.
    ///
    /// # Panics
    /// If the configuration does not describe it completely (a hand-written [`Module`] whose `from_config` fails on its own `config`).
    fn clone_model(&self) -> Self
    where
        Self: Sized,
    {
        let copy =
            Self::from_config(&self.config()).unwrap_or_else(|e| cannot_be_rebuilt(self, &e));
        copy_values(self, &copy);
        copy
    }

    /// A copy with parameters drawn anew by their initializers, from the given seed.
    ///
    /// # Panics
    /// As [`Module::clone_model`].
    fn clone_reinitialized(&self, seed: u64) -> Self
    where
        Self: Sized,
    {
        let copy = self.clone_model();
        crate::tensor::seed::with_stream(Stream::new(seed), || {
            for p in parameters(&copy) {
                p.reinitialize()
                    .expect("a built shape fits its initializer");
            }
        });
        copy
    }
}

#[cold]
fn cannot_be_rebuilt(module: &dyn Module, e: &Error) -> ! {
    panic!(
        "{} cannot be rebuilt from its own configuration: {e}",
        module.class_name().unwrap_or("a module")
    )
}

/// Gives a copy the values of the parameters that it is a copy of.
fn copy_values(from: &dyn Module, to: &dyn Module) {
    for (from, to) in parameters(from).iter().zip(parameters(to)) {
        if from.is_built() {
            to.set_value(&from.value())
                .expect("a copy has the same shapes");
        }
        to.set_trainable(!from.is_frozen());
    }
}

/// A parameter with its path in a model; dereferences to [`Param`].
#[derive(Clone)]
pub struct Parameter<'a> {
    path: Arc<str>,
    param: &'a Param,
}

impl<'a> Parameter<'a> {
    /// Where it is: field names and indices joined by dots, `blocks.1.conv.kernel`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is called in its layer, the end of its path: `kernel`.
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    pub(crate) fn shared_path(&self) -> Arc<str> {
        self.path.clone()
    }

    /// The parameter itself, for as long as the model lives.
    pub fn param(&self) -> &'a Param {
        self.param
    }
}

impl Deref for Parameter<'_> {
    type Target = Param;
    fn deref(&self) -> &Param {
        self.param
    }
}

impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.path, self.param)
    }
}

/// Joins a path and a field name.
pub fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_string(),
        _ => format!("{path}.{name}"),
    }
}

/// What is visited for a module: a shared layer where it is met first, and not again; `shared` holds the addresses of those met.
fn met_first<'a>(module: &'a dyn Module, shared: &mut Vec<*const ()>) -> Option<&'a dyn Module> {
    let mut module = module;
    while let Some((address, layer)) = module.shared() {
        if shared.contains(&address) {
            return None;
        }
        shared.push(address);
        if std::ptr::addr_eq(module, layer) {
            break;
        }
        module = layer;
    }
    Some(module)
}

/// What is visited for a module.
pub(super) fn behind(mut module: &dyn Module) -> &dyn Module {
    while let Some((_, layer)) = module.shared() {
        if std::ptr::addr_eq(module, layer) {
            break;
        }
        module = layer;
    }
    module
}

/// Calls `f` with every node below and including `module`, parents first, where no path is asked for; with a shared layer once.
pub fn each_node<'a>(module: &'a dyn Module, f: &mut dyn FnMut(&'a dyn Module)) {
    fn node<'a>(
        module: &'a dyn Module,
        shared: &mut Vec<*const ()>,
        f: &mut dyn FnMut(&'a dyn Module),
    ) {
        let Some(module) = met_first(module, shared) else {
            return;
        };
        f(module);
        module.visit(&mut |_, child| node(child, shared, f));
    }
    node(module, &mut Vec::new(), f);
}

/// Calls `f` with every parameter and buffer of a module, a shared one once, where no path is asked for.
pub fn each_param<'a>(module: &'a dyn Module, f: &mut dyn FnMut(&'a Param)) {
    each_node(module, &mut |node| {
        if let Some(param) = node.as_param() {
            f(param);
        }
    });
}

/// Calls `f` with the path of every node below and including `module`, parents first; with a shared layer where it is met first.
pub fn walk<'a>(module: &'a dyn Module, f: &mut dyn FnMut(&str, &'a dyn Module)) {
    Walk {
        // One string for all paths: training walks the tree in every step.
        path: String::with_capacity(64),
        shared: Vec::new(),
        f,
    }
    .node(module);
}

struct Walk<'w, 'a> {
    path: String,
    /// The addresses of the shared layers met so far.
    shared: Vec<*const ()>,
    f: &'w mut dyn FnMut(&str, &'a dyn Module),
}

impl<'a> Walk<'_, 'a> {
    fn node(&mut self, module: &'a dyn Module) {
        let Some(module) = met_first(module, &mut self.shared) else {
            return;
        };
        (self.f)(&self.path, module);
        module.visit(&mut |name, child| {
            let end = self.path.len();
            if end > 0 {
                self.path.push('.');
            }
            self.path.push_str(name);
            self.node(child);
            self.path.truncate(end);
        });
    }
}

/// All parameters and buffers of a module with their paths, in field order.
pub fn parameters(module: &dyn Module) -> Vec<Parameter<'_>> {
    // Room for a small model's, of which each step of its training asks.
    let mut all = Vec::with_capacity(16);
    walk(module, &mut |path, node| {
        if let Some(param) = node.as_param() {
            let path = param.found_at(path);
            all.push(Parameter { path, param });
        }
    });
    all
}

/// What the nodes of a module carry from one call to the next ([`Module::carried`]), with their paths.
pub fn carried(module: &dyn Module) -> Vec<(String, &dyn Module, Vec<Tensor>)> {
    let mut all = Vec::new();
    walk(module, &mut |path, node| {
        if let Some(tensors) = node.carried() {
            all.push((path.to_string(), node, tensors));
        }
    });
    all
}

/// What a running layer is recognised by.
pub(crate) fn frame(module: &dyn Module) -> Option<Frame> {
    Some(Frame {
        address: std::ptr::from_ref(module).cast::<()>() as usize,
        class_name: module.class_name()?,
    })
}

/// The path of a running layer below `root`.
pub(crate) fn path_of(root: &dyn Module, wanted: Frame) -> Option<String> {
    let mut found = None;
    walk(root, &mut |path, node| {
        if found.is_none() && frame(node) == Some(wanted) {
            found = Some(path.to_string());
        }
    });
    found
}
