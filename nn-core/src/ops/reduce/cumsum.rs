//! Running sums.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::reduce::reduction::summable;
use crate::ops::shape::along::along;
use crate::{Result, Tensor, with_number};
use nn_kernels::reduce::cumsum;

struct CumSum {
    axis: isize,
    /// From the end: the gradient of the other direction.
    reverse: bool,
}

impl Op for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("axis", &self.axis)
            .with("reverse", &self.reverse)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        shape.axis(self.axis)?;
        Ok((*shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, axis) = (&inputs[0], shape.axis(self.axis)?);
        Ok(Outputs::One(
            with_number!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                cumsum(x.data(), &shape, axis, out, self.reverse)
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let back = CumSum {
            axis: self.axis,
            reverse: !self.reverse,
        };
        Ok(vec![Some(apply(back, std::slice::from_ref(at.upstream())))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("cumsum", by_name::number, |a| CumSum {
    axis: a.get("axis")?,
    reverse: a.get("reverse")?
});

impl Tensor {
    /// The running sum along an axis (counted from the end if negative): `yᵢ = x₀ + … + xᵢ`. Bytes and truth values are
    /// summed as `i64`, `f32` in the precision of `f64`. Without an axis, `None`, it runs over all elements one after the other, `[n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0, 3.0]).cumsum(0).to_vec::<f32>()?, [1.0, 3.0, 6.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cumsum(&self, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let op = CumSum {
            axis,
            reverse: false,
        };
        apply(op, &[x.cast(summable(x.dtype()))])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn along_any_axis() {
        let x = Tensor::from([[1_u8, 2], [3, 200]]);
        assert_eq!(x.cumsum(0).to_vec::<i64>().unwrap(), [1, 2, 4, 202]);
        assert_eq!(x.cumsum(-1).to_vec::<i64>().unwrap(), [1, 3, 3, 203]);
        assert!(x.cumsum(2).error().is_some());
        assert_eq!(x.cumsum(None).to_vec::<i64>().unwrap(), [1, 3, 6, 206]);
        let nan = Tensor::from([1.0, f32::NAN, 2.0]).cumsum(0);
        assert!(nan.data::<f32>()[0] == 1.0 && nan.data::<f32>()[1..].iter().all(|v| v.is_nan()));
    }

    #[test]
    fn loses_no_digits() {
        let n = 5_000_000;
        let x = Tensor::full([n], 0.0005_f32);
        let tape = crate::GradientTape::new();
        tape.watch(&x);
        let y = x.cumsum(0);
        assert_eq!(y.data::<f32>()[n - 1], 2500.0);
        // Of the sum of all running sums, each element is in as many as come from there on.
        let g = tape.gradient(&(y * 0.0005).sum(), &x).unwrap();
        assert_eq!(
            (g.data::<f32>()[0], g.data::<f32>()[n - 1]),
            (2500.0, 0.0005)
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].cumsum(1).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].cumsum(None).square(), &[&[2, 3]]);
    }
}
