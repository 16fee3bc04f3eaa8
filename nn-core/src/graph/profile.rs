//! What each layer of a model costs in one run: [`measure`].
//!
//! Time is a layer's own: while a layer that it calls runs, only the clock of that one does. The tape tells in which layer's `call` an
//! operation was recorded, and its gradient is on that layer's account.

use crate::Tensor;
use crate::base::ids::{IdMap, IdSet};
use crate::graph::observer::{self, Observer};
use crate::graph::op::Keeps;
use crate::module::context::Frame;
use crate::module::tree::{self, Module};
use std::time::{Duration, Instant};

/// What one layer cost, without the layers that it called.
#[derive(Clone, Debug)]
#[non_exhaustive]
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

/// What the layers cost that ran under [`measure`].
#[derive(Debug)]
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

/// Runs `f` and measures the layers that it runs on this thread.
pub fn measure<R>(f: impl FnOnce() -> R) -> (R, Costs) {
    let (result, stopwatch) = observer::observe(Stopwatch::default(), f);
    (result, Costs(stopwatch.costs))
}

#[derive(Default)]
struct Stopwatch {
    /// In the order of the first calls.
    costs: Vec<(Frame, Cost)>,
    /// The running layers, outermost first, as places in `costs`.
    running: Vec<usize>,
    /// Since when the innermost of them runs.
    since: Option<Instant>,
    /// The layer in whose `call` an operation was recorded, by the operation's first output.
    makers: IdMap<usize>,
    kept: IdSet,
    /// The layer of the gradient that is computed, and since when.
    backward: Option<(usize, Instant)>,
}

impl Stopwatch {
    /// Gives the time since the last change to the innermost running layer.
    fn turn(&mut self) {
        let now = Instant::now();
        let since = self.since.replace(now);
        if let (Some(&layer), Some(since)) = (self.running.last(), since) {
            self.costs[layer].1.forward += now - since;
        }
    }

    fn keep(&mut self, layer: usize, tensor: &Tensor) {
        if tensor.is_concrete() && !tensor.is_variable() && self.kept.insert(tensor.id()) {
            self.costs[layer].1.kept += tensor.raw_shape().num_elements() * tensor.dtype().size();
        }
    }
}

impl Observer for Stopwatch {
    fn enter(&mut self, layer: Frame, _: &[&Tensor]) {
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

    fn leave(&mut self, _: Frame, _: &[&Tensor]) {
        self.turn();
        self.running.pop();
    }

    fn recorded(&mut self, inputs: &[Tensor], outputs: &[Tensor], keeps: Keeps) {
        let Some(&layer) = self.running.last() else {
            return;
        };
        self.makers.insert(outputs[0].id(), layer);
        for (i, input) in inputs.iter().enumerate() {
            if keeps.input(i) {
                self.keep(layer, input);
            }
        }
        for (i, output) in outputs.iter().enumerate() {
            if keeps.output(i) {
                self.keep(layer, output);
            }
        }
    }

    fn backward_begins(&mut self, output: &Tensor) {
        let layer = self.makers.get(&output.id()).copied();
        self.backward = layer.map(|layer| (layer, Instant::now()));
    }

    fn backward_ends(&mut self) {
        if let Some((layer, start)) = self.backward.take() {
            self.costs[layer].1.backward += start.elapsed();
        }
    }
}
