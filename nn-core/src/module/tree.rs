//! The module tree: a model's fields, and what can be said about them by visiting them.
//!
//! A derive emits access (visit every field with its name, in order); everything here is a function over that visit.

use crate::module::config::{ConfigValue, from_json};
use crate::module::context::Frame;
use crate::{Error, Param, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A node of the tree: a layer, a model, a [`Param`], or a container of those.
///
/// Implemented by `#[derive(Layer)]` and `#[derive(Model)]`, and for `Vec`, `Option`, `Box`, arrays, tuples and
/// `BTreeMap<String, _>` of modules.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a layer, a `Param` nor a container of those",
    label = "not part of a model",
    note = "add `#[config]` to the field to save it with the model, or `#[model(skip)]` to leave it out"
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

    /// All parameters and buffers with their paths (`blocks.1.conv.kernel`), in field order; those not built yet too.
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
    /// Frozen means bit-identical afterwards: no gradients, no moving statistics.
    fn set_trainable(&self, trainable: bool)
    where
        Self: Sized,
    {
        parameters(self)
            .iter()
            .for_each(|p| p.set_trainable(trainable));
    }

    /// A copy with its own parameters of the same values.
    ///
    /// # Panics
    /// If the configuration does not describe it completely (a hand-written [`Module`] whose `from_config` fails on its own `config`).
    fn clone_model(&self) -> Self
    where
        Self: Sized,
    {
        let copy = copy_of(self);
        for (from, to) in parameters(self).iter().zip(parameters(&copy)) {
            if from.is_built() {
                to.set_value(&from.value())
                    .expect("a copy has the same shapes");
            }
            to.set_trainable(!from.is_frozen());
        }
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
        crate::tensor::random::with_stream(crate::tensor::random::Stream::new(seed), || {
            for p in parameters(&copy) {
                p.reinitialize()
                    .expect("a built shape fits its initializer");
            }
        });
        copy
    }
}

fn copy_of<M: Module>(module: &M) -> M {
    M::from_config(&module.config()).unwrap_or_else(|e| {
        panic!(
            "{} cannot be rebuilt from its own configuration: {e}",
            module.class_name().unwrap_or("a module")
        )
    })
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

/// Calls `f` with the path of every node below and including `module`, parents first.
pub fn walk<'a>(module: &'a dyn Module, f: &mut dyn FnMut(&str, &'a dyn Module)) {
    // One string for all paths: training walks the tree in every step.
    fn go<'a>(path: &mut String, module: &'a dyn Module, f: &mut dyn FnMut(&str, &'a dyn Module)) {
        f(path, module);
        module.visit(&mut |name, child| {
            let end = path.len();
            if end > 0 {
                path.push('.');
            }
            path.push_str(name);
            go(path, child, f);
            path.truncate(end);
        });
    }
    go(&mut String::with_capacity(64), module, f);
}

/// All parameters and buffers of a module with their paths, in field order.
pub fn parameters(module: &dyn Module) -> Vec<Parameter<'_>> {
    let mut all = Vec::new();
    walk(module, &mut |path, node| {
        if let Some(param) = node.as_param() {
            let path = param.found_at(path);
            all.push(Parameter { path, param });
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

impl Module for Param {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn as_param(&self) -> Option<&Param> {
        Some(self)
    }

    fn config(&self) -> Value {
        [
            ("initializer", self.get_initializer().to_json()),
            ("regularizer", self.get_regularizer().to_json()),
            ("constraint", self.get_constraint().to_json()),
            ("buffer", self.is_buffer().into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect()
    }

    fn from_config(config: &Value) -> Result<Param> {
        #[derive(serde::Deserialize)]
        struct Config {
            initializer: crate::Initializer,
            regularizer: Option<crate::Regularizer>,
            constraint: Option<crate::Constraint>,
            buffer: bool,
        }
        let c: Config = from_json(config)?;
        let param = if c.buffer {
            Param::buffer(c.initializer)
        } else {
            Param::new(c.initializer)
        };
        Ok(param.regularizer(c.regularizer).constraint(c.constraint))
    }
}

impl<M: Module> Module for Vec<M> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.iter()
            .enumerate()
            .for_each(|(i, m)| visit(&i.to_string(), m));
    }

    fn config(&self) -> Value {
        self.iter().map(M::config).collect()
    }

    fn from_config(config: &Value) -> Result<Vec<M>> {
        items(config)?.iter().map(M::from_config).collect()
    }
}

impl<M: Module, const N: usize> Module for [M; N] {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.iter()
            .enumerate()
            .for_each(|(i, m)| visit(&i.to_string(), m));
    }

    fn config(&self) -> Value {
        self.iter().map(M::config).collect()
    }

    fn from_config(config: &Value) -> Result<[M; N]> {
        let all = Vec::<M>::from_config(config)?;
        all.try_into().map_err(|all: Vec<M>| {
            Error::format(format!("expected {N} entries, found {}", all.len()))
        })
    }
}

impl<M: Module> Module for Option<M> {
    fn class_name(&self) -> Option<&'static str> {
        None
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        // An optional field keeps its own name: `skip.kernel`, not `skip.0.kernel`.
        if let Some(m) = self {
            m.visit(visit);
        }
    }

    fn as_param(&self) -> Option<&Param> {
        self.as_ref().and_then(M::as_param)
    }

    fn config(&self) -> Value {
        self.as_ref().map_or(Value::Null, M::config)
    }

    fn from_config(config: &Value) -> Result<Option<M>> {
        match config {
            Value::Null => Ok(None),
            config => M::from_config(config).map(Some),
        }
    }
}

impl<M: Module> Module for Box<M> {
    fn class_name(&self) -> Option<&'static str> {
        None
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        (**self).visit(visit);
    }

    fn as_param(&self) -> Option<&Param> {
        (**self).as_param()
    }

    fn config(&self) -> Value {
        (**self).config()
    }

    fn from_config(config: &Value) -> Result<Box<M>> {
        M::from_config(config).map(Box::new)
    }
}

impl<M: Module> Module for BTreeMap<String, M> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.iter().for_each(|(name, m)| visit(name, m));
    }

    fn config(&self) -> Value {
        self.iter()
            .map(|(name, m)| (name.clone(), m.config()))
            .collect()
    }

    fn from_config(config: &Value) -> Result<BTreeMap<String, M>> {
        let Value::Object(map) = config else {
            return Err(Error::format(format!("expected an object, found {config}")));
        };
        map.iter()
            .map(|(name, c)| Ok((name.clone(), M::from_config(c)?)))
            .collect()
    }
}

fn items(config: &Value) -> Result<&Vec<Value>> {
    config
        .as_array()
        .ok_or_else(|| Error::format(format!("expected a list, found {config}")))
}

macro_rules! tuple {
    ($n:literal: $($T:ident $i:tt),+) => {
        impl<$($T: Module),+> Module for ($($T,)+) {
            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
                $(visit(stringify!($i), &self.$i);)+
            }

            fn config(&self) -> Value {
                Value::Array(vec![$(self.$i.config()),+])
            }

            fn from_config(config: &Value) -> Result<Self> {
                match items(config)? {
                    list if list.len() == $n => Ok(($($T::from_config(&list[$i])?,)+)),
                    list => Err(Error::format(format!("expected {} entries, found {}", $n, list.len()))),
                }
            }
        }
    };
}
tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
tuple!(5: A 0, B 1, C 2, D 3, E 4);
tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);
