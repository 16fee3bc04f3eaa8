//! In which order a model's steps are done, and its layers are listed.

use crate::functional::plan::{Plan, Slot, What};
use nn_core::Tensor;
use nn_core::symbolic::Step;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// All steps that the outputs need.
pub(super) struct Order {
    /// Each behind those that it reads.
    pub behind_inputs: Vec<Arc<Step>>,
    /// As they are met on the way from the outputs back.
    pub as_met: Vec<Arc<Step>>,
}

pub(super) fn in_order(outputs: &[Tensor]) -> Order {
    let (mut behind_inputs, mut as_met) = (Vec::new(), Vec::new());
    let mut seen: HashSet<*const Step> = HashSet::new();
    // A stack of its own: models are deeper than threads' stacks.
    let step_of = |t: &Tensor| t.history().map(|h| h.step.clone());
    for output in outputs {
        let mut open: Vec<(Arc<Step>, usize)> =
            step_of(output).map(|s| (s, 0)).into_iter().collect();
        while let Some((step, next)) = open.pop() {
            if next == 0 {
                if !seen.insert(Arc::as_ptr(&step)) {
                    continue;
                }
                as_met.push(step.clone());
            }
            match step.inputs.get(next) {
                None => behind_inputs.push(step),
                Some(input) => {
                    let below = step_of(input);
                    open.push((step, next + 1));
                    open.extend(below.map(|s| (s, 0)));
                }
            }
        }
    }
    Order {
        behind_inputs,
        as_met,
    }
}

impl Plan {
    /// The numbers of the layers in the order in which Keras lists them and their weights: the farthest from the outputs first, and of equally
    /// far ones the one that is met first on the way from the outputs back.
    pub(super) fn layers_by_depth(
        &self,
        as_met: &[Arc<Step>],
        placed: &HashMap<*const Step, usize>,
    ) -> Vec<usize> {
        // Of every step, and of every layer as far as any of its calls is.
        let mut depths = vec![0_usize; self.steps.len()];
        let mut layer_depths = vec![0_usize; self.layers.len()];
        let made_by: HashMap<usize, usize> = self
            .steps
            .iter()
            .enumerate()
            .flat_map(|(i, step)| {
                let end = self.steps.get(i + 1).map_or(self.specs.len(), |s| s.first);
                (step.first..end).map(move |value| (value, i))
            })
            .collect();
        for (i, step) in self.steps.iter().enumerate().rev() {
            let mut depth = depths[i];
            if let What::Layer(number, _) = step.what {
                depth = depth.max(layer_depths[number]);
                layer_depths[number] = depth;
            }
            for slot in &step.inputs {
                if let Slot::Value(value) = slot
                    && let Some(&before) = made_by.get(value)
                {
                    depths[before] = depths[before].max(depth + 1);
                }
            }
        }
        let mut met = vec![usize::MAX; self.layers.len()];
        for (place, step) in as_met.iter().enumerate() {
            let found = placed.get(&Arc::as_ptr(step)).and_then(|v| made_by.get(v));
            if let Some(&i) = found
                && let What::Layer(number, _) = self.steps[i].what
            {
                met[number] = met[number].min(place);
            }
        }
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by_key(|&i| (usize::MAX - layer_depths[i], met[i]));
        order
    }
}
