//! Layers that several fields share through an [`Arc`]: one layer, found once, saved once, and shared again in a copy.

use crate::module::containers::{items, visit_items};
use crate::module::context::{Shared, with_shared};
use crate::module::layer::in_order;
use crate::{Layer, Module, Param, Result, Tensors};
use serde_json::{Value, json};
use std::sync::Arc;

/// The number of a shared layer in a configuration.
const SHARED: &str = "shared";
/// Its configuration, where it is met first.
const LAYER: &str = "layer";

/// A struct whose configuration is being written or read; numbers hold within the outermost one.
#[derive(Debug)]
pub(crate) struct Scope;

impl Scope {
    pub(crate) fn enter() -> Scope {
        with_shared(|table| table.depth += 1);
        Scope
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let ended = with_shared(|table| {
            table.depth -= 1;
            (table.depth == 0).then(|| std::mem::replace(table, Shared::EMPTY))
        });
        // Layers may be dropped here, outside of the borrow.
        drop(ended);
    }
}

/// A layer behind an [`Arc`] is the layer. Where several fields hold the same one it is one layer: its parameters are listed once, under
/// the first of its paths, trained with the gradients of all its uses, and saved once; a copy and a loaded model share it again.
impl<M: Module> Module for Arc<M> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        (**self).visit(visit);
    }

    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        let layer = (**self).as_module();
        Some((std::ptr::from_ref(layer).cast(), layer))
    }

    fn as_param(&self) -> Option<&Param> {
        (**self).as_param()
    }

    fn config(&self) -> Value {
        written(self, || (**self).config())
    }

    fn from_config(config: &Value) -> Result<Arc<M>> {
        read(config, |config| M::from_config(config).map(Arc::new))
    }
}

/// A list of layers behind an [`Arc`]: where several fields hold the same one, its layers are shared.
impl<M: Module> Module for Arc<[M]> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit_items(self, visit);
    }

    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        Some((Arc::as_ptr(self).cast(), self))
    }

    fn config(&self) -> Value {
        written(self, || self.iter().map(M::config).collect())
    }

    fn from_config(config: &Value) -> Result<Arc<[M]>> {
        read(config, |config| {
            items(config)?.iter().map(M::from_config).collect()
        })
    }
}

/// The configuration of what is behind an [`Arc`]: in full where it is met first, its number after that.
fn written<T: ?Sized>(shared: &Arc<T>, config: impl Fn() -> Value) -> Value {
    if Arc::strong_count(shared) == 1 {
        return config();
    }
    let address = Arc::as_ptr(shared).cast::<()>() as usize;
    let number = with_shared(|table| {
        let known = table.written.iter().position(|a| *a == address);
        if known.is_none() && table.depth > 0 {
            table.written.push(address);
        }
        match known {
            Some(number) => Some((number, true)),
            None => table.written.len().checked_sub(1).map(|n| (n, false)),
        }
    });
    match number {
        None => config(),
        Some((number, true)) => json!({ SHARED: number }),
        Some((number, false)) => json!({ SHARED: number, LAYER: config() }),
    }
}

/// What such a configuration tells: one that was read before where it has its number, else what `made` makes of it.
fn read<T: ?Sized>(config: &Value, made: impl Fn(&Value) -> Result<Arc<T>>) -> Result<Arc<T>>
where
    Arc<T>: Send + Sync + 'static,
{
    let Some(number) = config.get(SHARED).and_then(Value::as_u64) else {
        return made(config);
    };
    let found = with_shared(|table| {
        let found = table.read.iter().find(|(n, _)| *n == number);
        found.and_then(|(_, layer)| layer.downcast_ref::<Arc<T>>().cloned())
    });
    if let Some(layer) = found {
        return Ok(layer);
    }
    let layer = made(config.get(LAYER).unwrap_or(config))?;
    with_shared(|table| {
        if table.depth > 0 {
            table.read.push((number, Box::new(layer.clone())));
        }
    });
    Ok(layer)
}

/// A layer behind an [`Arc`] is the layer.
impl<L: Layer> Layer for Arc<L> {
    type Input = L::Input;
    type Output = L::Output;
    fn run(&self, input: L::Input, training: bool) -> L::Output {
        crate::layer::call(&**self, input, training)
    }
}

/// A list of layers behind an [`Arc`] applies them in order.
impl<T: Tensors, L: Layer<Input = T, Output = T>> Layer for Arc<[L]> {
    type Input = T;
    type Output = T;
    fn run(&self, input: T, training: bool) -> T {
        in_order(self, input, training)
    }
}
