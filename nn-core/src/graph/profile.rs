//! What each layer of a model costs in one run: [`measure`].
//!
//! Time is a layer's own: while a layer that it calls runs, only the clock of that one does. The tape tells in which layer's `call` an
//! operation was recorded, and its gradient is on that layer's account. Nothing is measured, and nothing but a flag read, outside
//! of [`measure`].

use crate::Tensor;
use crate::base::ids::{IdMap, IdSet};
use crate::graph::op::Keeps;
use crate::module::context::Frame;
use crate::module::tree::{self, Module};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// What one layer cost, without the layers that it called.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Its path in the model, empty for the model itself; `None` for a layer that is not part of it, one made inside a `call`.
    pub path: Option<String>,
    /// Its class.
    pub class_name: &'static str,
    /// How often it was called.
    pub calls: usize,
    /// In its `call`.
    pub forward: Duration,
    /// In the gradients of what its `call` computed.
    pub backward: Duration,
    /// Bytes of the values that a tape kept for those gradients, parameters aside. A value that several operations need is on the
    /// account of the first.
    pub kept: usize,
}

#[derive(Default)]
struct Recorder {
    /// In the order of the first calls.
    costs: Vec<(Frame, Cost)>,
    /// The running layers, outermost first, as places in `costs`.
    running: Vec<usize>,
    /// Since when the innermost of them runs.
    since: Option<Instant>,
    /// The layer in whose `call` an operation was recorded, by the operation's result.
    makers: IdMap<usize>,
    kept: IdSet,
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDER: RefCell<Recorder> = RefCell::default();
}

/// What the layers cost that ran under [`measure`].
pub struct Costs(Vec<(Frame, Cost)>);

impl Costs {
    /// The layers in the order of their first calls, with their paths in `model`, which must not have moved since.
    pub fn of(self, model: &dyn Module) -> Vec<Cost> {
        let costs = self.0.into_iter().map(|(layer, cost)| Cost {
            path: tree::path_of(model, layer),
            ..cost
        });
        costs.collect()
    }
}

/// Runs `f` and measures the layers that it runs on this thread. Not to be nested.
pub fn measure<R>(f: impl FnOnce() -> R) -> (R, Costs) {
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            ON.set(false);
        }
    }
    RECORDER.take();
    ON.set(true);
    let off = Off;
    let result = f();
    drop(off);
    (result, Costs(RECORDER.take().costs))
}

impl Recorder {
    /// Gives the time since the last change to the innermost running layer.
    fn turn(&mut self) {
        let now = Instant::now();
        let since = self.since.replace(now);
        if let (Some(&layer), Some(since)) = (self.running.last(), since) {
            self.costs[layer].1.forward += now - since;
        }
    }

    fn enter(&mut self, layer: Frame) {
        self.turn();
        let known = self.costs.iter().position(|(known, _)| *known == layer);
        let place = known.unwrap_or_else(|| {
            let cost = Cost {
                path: None,
                class_name: layer.class_name,
                calls: 0,
                forward: Duration::ZERO,
                backward: Duration::ZERO,
                kept: 0,
            };
            self.costs.push((layer, cost));
            self.costs.len() - 1
        });
        self.costs[place].1.calls += 1;
        self.running.push(place);
    }

    fn keep(&mut self, layer: usize, tensor: &Tensor) {
        if tensor.is_concrete() && !tensor.is_variable() && self.kept.insert(tensor.id()) {
            self.costs[layer].1.kept += tensor.raw_shape().len() * tensor.dtype().size();
        }
    }
}

/// A layer that runs until this is dropped.
pub(crate) struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        RECORDER.with_borrow_mut(|recorder| {
            recorder.turn();
            recorder.running.pop();
        });
    }
}

/// A layer starts to run.
pub(crate) fn enter(layer: Option<Frame>) -> Option<Running> {
    let layer = layer.filter(|_| ON.get())?;
    RECORDER.with_borrow_mut(|recorder| recorder.enter(layer));
    Some(Running)
}

/// A tape records an operation.
pub(crate) fn recorded(inputs: &[Tensor], output: &Tensor, keeps: Keeps) {
    if !ON.get() {
        return;
    }
    RECORDER.with_borrow_mut(|recorder| {
        let Some(&layer) = recorder.running.last() else {
            return;
        };
        recorder.makers.insert(output.id(), layer);
        for (i, input) in inputs.iter().enumerate() {
            if keeps.inputs >> i.min(31) & 1 == 1 {
                recorder.keep(layer, input);
            }
        }
        if keeps.output {
            recorder.keep(layer, output);
        }
    });
}

/// The gradient of an operation that is computed until this is dropped.
pub(crate) struct Differentiating {
    layer: usize,
    start: Instant,
}

impl Drop for Differentiating {
    fn drop(&mut self) {
        RECORDER.with_borrow_mut(|recorder| {
            if let Some((_, cost)) = recorder.costs.get_mut(self.layer) {
                cost.backward += self.start.elapsed();
            }
        });
    }
}

/// A tape computes the gradient of the operation with the result `id`.
pub(crate) fn backward(id: u64) -> Option<Differentiating> {
    if !ON.get() {
        return None;
    }
    let layer = RECORDER.with_borrow(|recorder| recorder.makers.get(&id).copied())?;
    Some(Differentiating {
        layer,
        start: Instant::now(),
    })
}
