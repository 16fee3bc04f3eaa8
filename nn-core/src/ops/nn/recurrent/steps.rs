//! Running the layers step by step, from the same arguments as the fused op.

use super::fused::Recurrent;
use super::{RecurrentOptions, RecurrentSteps, RecurrentWeights, inputs, run};
use crate::graph::observer;
use crate::ops::stack;
use crate::{Tensor, is_known};

impl RecurrentSteps<'_> {
    /// As [`recurrent`](super::recurrent), with these activations and masks.
    ///
    /// ```
    /// use nn::{Tensor, ops::{RecurrentCell, RecurrentOptions, RecurrentSteps, RecurrentWeights}};
    /// let weights = RecurrentWeights {
    ///     kernel: Tensor::ones([1, 1]),
    ///     recurrent_kernel: Tensor::ones([1, 1]),
    ///     bias: None,
    /// };
    /// let steps = RecurrentSteps {
    ///     activation: &Tensor::relu,
    ///     recurrent_activation: &Tensor::sigmoid,
    ///     dropped: None,
    ///     mask: None,
    ///     zero_output_for_mask: false,
    /// };
    /// let x = Tensor::from([[[1.0_f32], [2.0], [-7.0]]]);
    /// let (y, _) = steps.run(&x, &weights, None, RecurrentOptions::new(RecurrentCell::Simple));
    /// assert_eq!(y.item::<f32>()?, 0.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn run(
        &self,
        x: &Tensor,
        weights: &RecurrentWeights,
        states: Option<&[Tensor]>,
        options: RecurrentOptions,
    ) -> (Tensor, Vec<Tensor>) {
        let given = match inputs(x, weights, states, options.cell) {
            Ok(given) if is_known(x.raw_shape()[1]) => given,
            // The shapes are the same whatever the functions, and so are the errors. How many steps there are must be known to go
            // through them one by one, so that a graph of an open number of steps cannot run again.
            _ => return open_steps(x, weights, states, options),
        };
        // The errors of shapes, before any step: the op knows them.
        let abstract_inputs: Vec<Tensor> = given
            .iter()
            .map(|t| Tensor::abstract_of(*t.raw_shape(), t.dtype()))
            .collect();
        let checked = observer::unobserved(|| Recurrent::apply(options, false, &abstract_inputs));
        if checked.error().is_some() {
            return (checked.clone(), vec![checked; options.cell.states()]);
        }
        let (mut outputs, states) = self.steps(&given, options);
        let output = match options.return_sequences {
            true => stack(&outputs, 1),
            false => outputs.pop().expect("at least one step"),
        };
        (output, states)
    }
}

/// The shapes that steps one by one would give, without the steps.
#[track_caller]
fn open_steps(
    x: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    options: RecurrentOptions,
) -> (Tensor, Vec<Tensor>) {
    observer::unobserved(|| run(x, weights, states, options, true))
}
