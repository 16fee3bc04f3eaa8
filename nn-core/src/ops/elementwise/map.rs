//! What the functions of one tensor, element by element, have in common.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::elementwise;
use nn_kernels::math::Float;

/// A function of one number, with its derivative.
pub(crate) trait Function: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    /// What [`Function::gradient`] reads beside the upstream gradient.
    const KEEPS: Keeps;
    /// Whether loops over it are compiled for vectors of every width: not where it is so cheap that memory is the limit.
    const WIDE: bool = true;
    fn f<T: Float>(self, x: T) -> T;
    /// Its settings, by name and value.
    fn attributes(self) -> Attributes {
        Attributes::new()
    }
    /// `upstream · f'(x)`, from the input, the result, or both.
    fn gradient(self, x: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor;
}

pub(crate) struct Map<F>(pub(crate) F);

impl<F: Function> Op for Map<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let dtype = inputs[0].dtype();
        if !dtype.is_float() {
            return Err(Error::needs_float(F::NAME, dtype));
        }
        Ok((*inputs[0].raw_shape(), dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let f = self.0;
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let x = inputs[0].data();
                match const { F::WIDE } {
                    true => elementwise::map_wide(x, out, #[inline(always)] move |x: T| f.f(x)),
                    false => elementwise::map(x, out, #[inline(always)] move |x: T| f.f(x)),
                }
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(self.0.gradient(
            &at.inputs[0],
            at.output(),
            at.upstream(),
        ))])
    }

    fn keeps(&self) -> Keeps {
        F::KEEPS
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

/// Applies a function to every element.
#[track_caller]
pub(crate) fn map<F: Function>(f: F, x: &Tensor) -> Tensor {
    apply(Map(f), std::slice::from_ref(x))
}

/// Checks a function and its derivative against rows of `(x, f(x), f'(x))` from Keras on JAX in `f64`.
#[cfg(test)]
#[track_caller]
pub(crate) fn check_table(f: impl Fn(&Tensor) -> Tensor, rows: &[(f64, f64, f64)]) {
    let column =
        |get: fn(&(f64, f64, f64)) -> f64| Tensor::from(rows.iter().map(get).collect::<Vec<_>>());
    let x = column(|row| row.0);
    let tape = crate::GradientTape::new();
    tape.watch(&x);
    let y = f(&x);
    let slopes = tape.gradient(&y, &x).unwrap();
    // Both sides round to f64 a few times, no term is above 2000.
    crate::testing::assert_close(&y, &column(|row| row.1), 1e-13);
    crate::testing::assert_close(&slopes, &column(|row| row.2), 1e-13);
}
