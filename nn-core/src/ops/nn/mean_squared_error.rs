//! The mean of squared differences, of each row or of all.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::nn::softmax_cross_entropy::column;
use crate::{Error, Result, Shape, Tensor, is_known, with_float};
use nn_kernels::reduce as kernel;

/// Of two tensors of one shape.
struct MeanSquaredError {
    /// Of each row `[.., n]`, or of all numbers.
    rows: bool,
}

/// With respect to the first: of the same two and the upstream gradient. Swapped, they give that of the second.
struct MeanSquaredErrorGradient;

impl Op for MeanSquaredError {
    fn name(&self) -> &'static str {
        "mean_squared_error"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("rows", &self.rows)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, y) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let dtype = common_float(self.name(), inputs)?;
        let agree = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
        if x.rank() != y.rank() || !x.iter().zip(y.iter()).all(agree) {
            return Err(Error::shape(format!(
                "mean_squared_error needs two tensors of the same shape, found {x} and {y}; nothing is broadcast, `reshape` one"
            )));
        }
        let shape = match self.rows {
            true => x.without(x.axis(-1)?),
            false => Shape::SCALAR,
        };
        Ok((shape, dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, y) = (&inputs[0], &inputs[1]);
        let dims = x.raw_shape();
        let n = if self.rows {
            dims.dim(-1)?
        } else {
            dims.num_elements()
        };
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                kernel::mean_squared_error(x.data(), y.data(), n, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, y) = (&at.inputs[0], &at.inputs[1]);
        let dx = at.when(0, || gradient(x, y, at.upstream()));
        let dy = at.when(1, || gradient(y, x, at.upstream()));
        Ok(vec![dx, dy])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

by_name!("mean_squared_error", by_name::several::<2>, |a| {
    MeanSquaredError {
        rows: a.get("rows")?,
    }
});

impl Op for MeanSquaredErrorGradient {
    fn name(&self) -> &'static str {
        "mean_squared_error_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [x, y, scale] = [&inputs[0], &inputs[1], &inputs[2]];
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                kernel::mean_squared_error_gradient(x.data(), y.data(), scale.data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        // 2/n s (x - y)
        let [x, y, scale] = [&at.inputs[0], &at.inputs[1], &at.inputs[2]];
        let (rows, all) = (scale.raw_shape(), x.raw_shape().num_elements());
        let twice = at.upstream() * (2.0 * rows.num_elements() as f64 / all as f64);
        let each = match rows.rank() {
            0 => scale.clone(),
            _ => column(scale),
        };
        let dx = || &twice * &each;
        let dscale = at.when(2, || {
            let d = (&twice * (x - y)).sum_to(*each.raw_shape());
            d.reshape(*rows)
        });
        Ok(vec![at.when(0, dx), at.when(1, || -dx()), dscale])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// `2/n (x - y) · scale`, with a scale for every n numbers.
fn gradient(x: &Tensor, y: &Tensor, scale: &Tensor) -> Tensor {
    let inputs = [x.clone(), y.clone(), scale.clone()];
    apply(MeanSquaredErrorGradient, &inputs)
}

/// `mean((x - y)²)` of all numbers, in one pass.
///
/// Shapes: both the same, the result a scalar; NaN of nothing. Other shapes or element types are an error.
///
/// ```
/// use nn::{Tensor, ops::mean_squared_error};
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// let y = Tensor::from([[1.0_f32, 4.0], [0.0, 3.0]]);
/// assert_eq!(mean_squared_error(&x, &y).item::<f32>()?, 3.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn mean_squared_error(x: &Tensor, y: &Tensor) -> Tensor {
    apply(MeanSquaredError { rows: false }, &[x.clone(), y.clone()])
}

/// `mean((x - y)²)` over the last axis, in one pass.
///
/// Shapes: both `[.., n]`, the result `[..]`; NaN where n is 0. Other shapes or element types are an error.
///
/// ```
/// use nn::{Tensor, ops::mean_squared_error_of_rows};
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// let y = Tensor::from([[1.0_f32, 4.0], [0.0, 3.0]]);
/// assert_eq!(mean_squared_error_of_rows(&x, &y).to_vec::<f32>()?, [2.0, 5.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn mean_squared_error_of_rows(x: &Tensor, y: &Tensor) -> Tensor {
    apply(MeanSquaredError { rows: true }, &[x.clone(), y.clone()])
}

#[cfg(test)]
mod tests {
    use super::{mean_squared_error, mean_squared_error_of_rows};
    use crate::tensor::random;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, GradientTape, Tensor};

    #[test]
    fn agrees_with_the_mean_of_squares() {
        // One number a row, short rows, long ones, several tasks of them, and rows of several tasks.
        for shape in [
            [3, 1],
            [5, 3],
            [2, 100],
            [40_000, 1],
            [700, 50],
            [2, 70_000],
        ] {
            let x = random::normal(shape, 0.0, 1.0, DType::F64);
            let y = random::normal(shape, 0.0, 1.0, DType::F64);
            let weight = random::normal([shape[0]], 0.0, 1.0, DType::F64);
            let tape = GradientTape::persistent();
            tape.watch(&x);
            let squares = (&x - &y).square();
            let of_rows = (
                mean_squared_error_of_rows(&x, &y),
                squares.mean_axis(-1),
                weight,
            );
            let of_all = (
                mean_squared_error(&x, &y),
                squares.mean(),
                Tensor::from(3.0_f64),
            );
            for (found, expected, weight) in [of_rows, of_all] {
                // A handful of roundings of f64.
                assert_close(&found, &expected, 1e-13);
                let gradient = |of: &Tensor| tape.gradient_with(of, &x, &weight).unwrap();
                assert_close(&gradient(&found), &gradient(&expected), 1e-13);
            }
        }
        let nothing = Tensor::zeros([2, 0]);
        let means = mean_squared_error_of_rows(&nothing, &nothing);
        assert!(means.to_vec::<f32>().unwrap().iter().all(|v| v.is_nan()));
        let mean = mean_squared_error(&nothing, &nothing);
        assert!(mean.item::<f32>().unwrap().is_nan());
    }

    #[test]
    fn names_a_wrong_shape() {
        for f in [mean_squared_error, mean_squared_error_of_rows] {
            let e = f(&Tensor::zeros([4, 1]), &Tensor::zeros([4]));
            let e = e.into_result().unwrap_err().to_string();
            assert!(e.contains("the same shape, found [4, 1] and [4]"), "{e}");
        }
        let number = Tensor::from(1.0_f32);
        assert!(
            mean_squared_error_of_rows(&number, &number)
                .into_result()
                .is_err()
        );
    }

    #[test]
    fn gradient() {
        for f in [mean_squared_error, mean_squared_error_of_rows] {
            check_gradient(|x| f(&x[0], &x[1]), &[&[3, 4], &[3, 4]]);
            check_gradient(|x| f(&x[0], &x[1]).square(), &[&[2, 2, 3], &[2, 2, 3]]);
            check_gradient(|x| f(&x[0], &x[1]).exp(), &[&[3, 1], &[3, 1]]);
            check_gradient(|x| f(&x[0], &x[1]).exp(), &[&[3], &[3]]);
        }
    }
}
