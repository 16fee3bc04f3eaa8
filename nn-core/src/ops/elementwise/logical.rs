//! And, or, not.

use crate::graph::apply::apply;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::ops::elementwise::map::mapped;
use crate::ops::elementwise::zip::{broadcast, zipped};
use crate::{DType, Operand, Result, Tensor};
use nn_kernels::elementwise::Each;

#[derive(Clone, Copy)]
pub(crate) enum Logical {
    And,
    Or,
    Not,
}

impl Op for Logical {
    fn name(&self) -> &'static str {
        match self {
            Logical::And => "logical_and",
            Logical::Or => "logical_or",
            Logical::Not => "logical_not",
        }
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = match self {
            Logical::Not => *inputs[0].raw_shape(),
            _ => broadcast("combine", inputs)?,
        };
        Ok((shape, DType::Bool).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        if let Logical::Not = self {
            let not = Each::<_, false>(|x: bool| !x);
            return Ok(Outputs::One(mapped(&inputs[0], shape, &not)));
        }
        let and = matches!(self, Logical::And);
        let f = move |x: bool, y: bool| if and { x & y } else { x | y };
        Ok(Outputs::One(zipped(inputs, shape, &Each::<_, false>(f))))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

// The masks of several inputs are joined by it, in every program.
by_name!(always "logical_and", by_name::truths, |_| Logical::And);
by_name!("logical_or", by_name::truths, |_| Logical::Or);
by_name!("logical_not", by_name::truth, |_| Logical::Not);

#[track_caller]
fn combine(op: Logical, a: &Tensor, b: Tensor) -> Tensor {
    apply(op, &[a.cast(DType::Bool), b.cast(DType::Bool)])
}

impl Tensor {
    /// Where both tensors are true, with broadcasting; numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// let between = x.greater(1.0).logical_and(x.less(3.0));
    /// assert_eq!(between.to_vec::<bool>()?, [false, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logical_and(&self, other: impl Operand) -> Tensor {
        combine(Logical::And, self, other.operand(DType::Bool))
    }

    /// Where at least one of two tensors is true, with broadcasting; numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([true, false]).logical_or(Tensor::from([[true], [false]]));
    /// assert_eq!(x.to_vec::<bool>()?, [true, true, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logical_or(&self, other: impl Operand) -> Tensor {
        combine(Logical::Or, self, other.operand(DType::Bool))
    }

    /// Where exactly one of two tensors is true, with broadcasting; numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([true, false]).logical_xor(Tensor::from([true, true]));
    /// assert_eq!(x.to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logical_xor(&self, other: impl Operand) -> Tensor {
        let other = other.operand(DType::Bool).cast(DType::Bool);
        let differs = self.cast(DType::Bool).not_equal(&other);
        differs.named("logical_xor", &[self, &other])
    }

    /// Where a tensor is false; numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([true, false]).logical_not().to_vec::<bool>()?, [false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logical_not(&self) -> Tensor {
        apply(Logical::Not, &[self.cast(DType::Bool)])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn numbers_are_true_unless_zero() {
        let x = Tensor::from([0.0_f32, -2.0, f32::NAN]);
        assert_eq!(
            x.logical_not().to_vec::<bool>().unwrap(),
            [true, false, false]
        );
        assert_eq!(
            x.logical_and(1).to_vec::<bool>().unwrap(),
            [false, true, true]
        );
        assert_eq!(
            x.logical_or(0).to_vec::<bool>().unwrap(),
            [false, true, true]
        );
        let e = x
            .logical_or(Tensor::zeros([2]))
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("cannot combine [3] and [2]"), "{e}");
    }
}
