//! A step that runs over a sequence, one by one.

use crate::Tensor;
use crate::ops::where_;

/// How a step runs over a sequence: in which direction, and what it does where a mask says that there is nothing.
#[derive(Clone, Debug, Default)]
pub struct OverTime {
    /// From the last step to the first.
    pub go_backwards: bool,
    /// `[batch, time]` of `bool`. Where it is false the states stay as they are and the output is the one before, at first zeros.
    pub mask: Option<Tensor>,
    /// Whether the output where the mask is false is zeros instead.
    pub zero_output_for_mask: bool,
}

impl OverTime {
    /// Runs `step`, which makes an output and new states of a step of the sequence and the states: the outputs in the order in which they are
    /// computed, and the states after the last one. How many steps there are must be known; without one there is no output.
    ///
    /// Shapes: x `[batch, time, …]`, a step of it `[batch, …]`.
    ///
    /// ```
    /// use nn::{Tensor, ops::OverTime};
    /// let x = Tensor::from([[1.0_f32, 2.0, 4.0]]);
    /// let over = OverTime { mask: Some(Tensor::from([[true, false, true]])), ..OverTime::default() };
    /// let (sums, states) = over.run(&x, vec![Tensor::zeros([1])], |x, states| {
    ///     let sum = x + &states[0];
    ///     (sum.clone(), vec![sum])
    /// });
    /// let sums: Vec<f32> = sums.iter().map(|sum| sum.item()).collect::<Result<_, _>>()?;
    /// assert_eq!((sums, states[0].item::<f32>()?), (vec![1.0, 1.0, 5.0], 5.0));
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn run(
        &self,
        x: &Tensor,
        mut states: Vec<Tensor>,
        mut step: impl FnMut(&Tensor, &[Tensor]) -> (Tensor, Vec<Tensor>),
    ) -> (Vec<Tensor>, Vec<Tensor>) {
        let in_order = |x: &Tensor| {
            let mut steps = x.unstack(1);
            if self.go_backwards {
                steps.reverse();
            }
            steps
        };
        let sequence = in_order(x);
        let masks = self.mask.as_ref().map(in_order);
        let mut outputs: Vec<Tensor> = Vec::with_capacity(sequence.len());
        for (i, x) in sequence.iter().enumerate() {
            let (mut output, mut after) = step(x, &states);
            if let Some(mask) = masks.as_ref().and_then(|masks| masks.get(i)) {
                output = match outputs.last().filter(|_| !self.zero_output_for_mask) {
                    Some(before) => where_kept(mask, &output, before),
                    None => where_kept(mask, &output, &output.zeros_like()),
                };
                let pairs = after.iter().zip(&states);
                after = pairs.map(|(a, b)| where_kept(mask, a, b)).collect();
            }
            states = after;
            outputs.push(output);
        }
        (outputs, states)
    }
}

/// `a` where a mask over the batch is true, `b` elsewhere.
fn where_kept(mask: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    if a.error().is_some() {
        return a.clone();
    }
    let further = a.raw_shape().rank().saturating_sub(mask.raw_shape().rank());
    let mask = (0..further).fold(mask.clone(), |mask, _| mask.expand_dims(-1));
    where_(&mask, a, b)
}
