//! Dropout.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::tensor::random;
use crate::{Element, Error, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise::{Each, zip};
use nn_kernels::math::Float;

/// `x · scale` where the second input, of `bool`, is true, 0 elsewhere. Linear in x, so it is its own gradient.
struct Masked {
    scale: f64,
}

impl Op for Masked {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("scale", &self.scale)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = (*inputs[0].raw_shape(), inputs[0].dtype());
        match dtype.is_float() {
            true => Ok((shape, dtype).into()),
            false => Err(Error::needs_float("dropout", dtype)),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let scale = Element::from_f64(self.scale);
                zip(inputs[0].data(), inputs[1].data(), out, &Each::<_, true>(masked(scale)));
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let Masked { scale } = *self;
        let mask = at.inputs[1].clone();
        let dx = at.when(0, || {
            apply(Masked { scale }, &[at.upstream().clone(), mask])
        });
        Ok(vec![dx, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

#[inline(always)]
fn masked<T: Float>(scale: T) -> impl Fn(T, bool) -> T + Copy + Sync {
    #[inline(always)]
    move |x, keep| {
        // Multiplied in any case: a branch on what is random is wrong half of the time.
        let scaled = x * scale;
        if keep { scaled } else { T::ZERO }
    }
}

/// Sets each number to 0 with probability `rate` and scales the others by `1 / (1 - rate)`, so that the expected sum stays
/// the same (Srivastava et al. 2014). What is dropped follows from the thread's seed ([`crate::tensor::random::set_seed`]).
///
/// Shapes: any, of `f32` or `f64`. A rate outside 0 to 1 is an error.
///
/// ```
/// use nn::{Tensor, ops::dropout};
/// let y = dropout(&Tensor::ones([8]), 0.5).to_vec::<f32>()?;
/// assert!(y.iter().all(|v| *v == 0.0 || *v == 2.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn dropout(x: &Tensor, rate: f64) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    dropout_together(x, rate, *x.raw_shape())
}

/// As [`dropout`], with one draw for all numbers along an axis where `noise_shape` has size 1: they are dropped together.
///
/// Shapes: `noise_shape` broadcasts to the shape of x, or it is an error.
///
/// ```
/// use nn::{Tensor, ops::dropout_together};
/// let y = dropout_together(&Tensor::ones([1, 2]), 0.5, [1, 1]).to_vec::<f32>()?;
/// assert_eq!(y[0], y[1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn dropout_together(x: &Tensor, rate: f64, noise_shape: impl Into<Shape>) -> Tensor {
    if !(0.0..=1.0).contains(&rate) {
        return Tensor::failed(Error::value(format!(
            "the rate of dropout is a probability from 0 to 1, found {rate}"
        )));
    }
    if x.error().is_some() {
        return x.clone();
    }
    let keep = 1.0 - rate;
    let scale = if keep > 0.0 { 1.0 / keep } else { 0.0 };
    let noise_shape = noise_shape.into();
    let mask = random::bernoulli(noise_shape, keep);
    let mask = match noise_shape == *x.raw_shape() {
        true => mask,
        false => mask.broadcast_to(*x.raw_shape()),
    };
    if mask.error().is_some() {
        return mask;
    }
    apply(Masked { scale }, &[x.clone(), mask])
}

#[cfg(test)]
mod tests {
    use crate::ops::random::{dropout, dropout_together};
    use crate::tensor::random;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn what_is_not_a_probability_or_not_a_float() {
        let x = Tensor::ones([3]);
        for rate in [-0.1, 1.1, f64::NAN] {
            let e = dropout(&x, rate).into_result().unwrap_err().to_string();
            assert!(e.contains("a probability from 0 to 1"), "{e}");
        }
        assert!(dropout(&x.cast(DType::I64), 0.5).error().is_some());
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(dropout(&x, 0.5).shape().to_string(), "[_, 3]");
        assert_eq!(
            dropout(&Tensor::full([2], f32::NAN), 1.0)
                .to_vec::<f32>()
                .unwrap(),
            [0.0; 2]
        );
    }

    #[test]
    fn gradient() {
        let drawn = |x: &[Tensor]| {
            random::with_stream(random::Stream::new(3), || dropout(&x[0], 0.3)) * &x[0]
        };
        check_gradient(drawn, &[&[5, 7]]);
        let together = |x: &[Tensor]| {
            let draw = || dropout_together(&x[0], 0.3, [5, 1]);
            random::with_stream(random::Stream::new(3), draw) * &x[0]
        };
        check_gradient(together, &[&[5, 3]]);
    }
}
