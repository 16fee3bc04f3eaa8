//! A choice between two tensors, element by element.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::{DType, Error, Operand, Result, Tensor, with_dtype};
use nn_kernels::elementwise;

struct Select;

impl Op for Select {
    fn name(&self) -> &'static str {
        "where"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let [condition, a, b] = [&inputs[0], &inputs[1], &inputs[2]];
        if condition.dtype() != DType::Bool {
            return Err(Error::dtype(format!(
                "where needs a bool condition, found {}; compare (`x.greater(0.0)`) or convert with `cast(DType::Bool)`",
                condition.dtype()
            )));
        }
        let [condition, a, b] = [condition, a, b].map(|t| *t.raw_shape());
        let both = a
            .broadcast(&b)
            .ok_or_else(|| Error::broadcast("select from", &a, &b))?;
        let shape = condition
            .broadcast(&both)
            .ok_or_else(|| Error::broadcast("select by a condition and from", &condition, &both))?;
        Ok((shape, inputs[1].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [condition, a, b] = [&inputs[0], &inputs[1], &inputs[2]];
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                elementwise::select(
                    (condition.data(), condition.raw_shape()),
                    (a.data(), a.raw_shape()),
                    (b.data(), b.raw_shape()),
                    out,
                    &shape,
                );
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let condition = &at.inputs[0];
        Ok(vec![
            None,
            at.when(1, || where_(condition, at.upstream(), 0.0)),
            at.when(2, || where_(condition, 0.0, at.upstream())),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b001,
            outputs: 0,
        }
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::several::<3>(a, inputs)?;
    match inputs[1].dtype() == inputs[2].dtype() {
        true => Ok(()),
        false => Err(Error::dtype(format!(
            "chooses from tensors of one type, found {} and {}",
            inputs[1].dtype(),
            inputs[2].dtype()
        ))),
    }
}

by_name!("where", fits, |_| Select);

/// `a` where the condition is true, `b` elsewhere, all three broadcast; `a` and `b` may be plain numbers.
///
/// The condition is a `bool` tensor. The gradient flows to what was chosen only; mind that a choice between `f(x)` and
/// a constant still multiplies the slope of `f` by 0 where the constant was chosen, and 0 · ∞ is NaN.
///
/// ```
/// use nn::{Tensor, ops::where_};
/// let x = Tensor::from([-1.0_f32, 4.0]);
/// let y = where_(x.greater(0.0), &x, 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 4.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[doc(alias = "masked_fill")]
#[track_caller]
pub fn where_(condition: impl Operand, a: impl Operand, b: impl Operand) -> Tensor {
    // A number takes its type from the tensor beside it, whichever side that is on.
    let (own_a, own_b) = (a.own_dtype(), b.own_dtype());
    let a = a.operand(own_b.unwrap_or(DType::I64));
    let b = b.operand(own_a.unwrap_or(a.dtype()));
    let dtype = a.dtype().promote(b.dtype());
    apply(
        Select,
        &[condition.operand(DType::Bool), a.cast(dtype), b.cast(dtype)],
    )
}

impl Tensor {
    /// `a` where this `bool` tensor is true, `b` elsewhere: [`where_`] as a method.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([-1.0_f32, 4.0]);
    /// assert_eq!(x.less(0.0).where_(1.0, &x).to_vec::<f32>()?, [1.0, 4.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn where_(&self, a: impl Operand, b: impl Operand) -> Tensor {
        where_(self, a, b)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::where_;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn broadcasts_promotes_and_keeps_precision() {
        let c = Tensor::from([[true], [false]]);
        let y = where_(&c, Tensor::from([1_i64, 2]), Tensor::from([0.5_f32, 1.5]));
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 2.0, 0.5, 1.5]);
        // A third is not the same number in f32.
        let third = c.where_(1.0 / 3.0, Tensor::from(2.0_f64));
        assert_eq!(third.to_vec::<f64>().unwrap(), [1.0 / 3.0, 2.0]);
        assert_eq!(
            c.where_(Tensor::from(2.0_f64), 1.0 / 3.0).data::<f64>(),
            [2.0, 1.0 / 3.0]
        );
        assert_eq!(c.where_(1, 0).dtype(), DType::I64);
    }

    #[test]
    fn names_what_does_not_fit() {
        let x = Tensor::zeros([2]);
        let e = where_(&x, &x, &x).into_result().unwrap_err().to_string();
        assert!(e.contains("needs a bool condition, found f32"), "{e}");
        let c = Tensor::from([true, false, true]);
        let e = where_(&c, &x, 0.0).into_result().unwrap_err().to_string();
        assert!(e.contains("[3] and [2]"), "{e}");
    }

    #[test]
    fn gradient() {
        let c = Tensor::from([[true, false], [false, false], [true, true]]);
        check_gradient(|x| where_(&c, x[0].square(), x[1].exp()), &[&[3, 2], &[2]]);
        check_gradient(|x| where_(&c, x[0].square(), 2.0), &[&[1, 2]]);
    }
}
