//! The sum of several numbers, each times its weight.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::fail::fail;
use crate::{DType, Error, Result, Shape, Tensor, TensorList, with_float};
use nn_kernels::Element as _;

struct WeightedSum {
    weights: Vec<f64>,
}

impl Op for WeightedSum {
    fn name(&self) -> &'static str {
        "weighted_sum"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("weights", &self.weights)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        match inputs.iter().find(|x| x.raw_shape().rank() > 0) {
            Some(x) => Err(Error::shape(format!(
                "weighted_sum takes single numbers, found shape {}; reduce it (`sum`, `mean`)",
                x.raw_shape()
            ))),
            None => Ok((Shape::SCALAR, common_float(self.name(), inputs)?).into()),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let terms = inputs.iter().zip(&self.weights);
                let terms = terms.map(|(x, &weight)| x.data::<T>()[0] * T::from_f64(weight));
                out[0] = terms.reduce(|sum, term| sum + term).expect("`weighted_sum` and `fits` ask for one");
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let of = |(i, &weight): (usize, &f64)| {
            at.when(i, || match weight {
                1.0 => at.upstream().clone(),
                weight => at.upstream() * weight,
            })
        };
        Ok(self.weights.iter().enumerate().map(of).collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, a.get::<Vec<f64>>("weights")?.len().max(1))
}

by_name!("weighted_sum", fits, |a| WeightedSum {
    weights: a.get("weights")?
});

/// `Σ weights[i] · terms[i]` of single numbers, added up from the first to the last: a total loss of several in one operation.
///
/// Shapes: every term `[]`, the result `[]`. Element types that differ are promoted, whole numbers to `f32`. Another shape, another number of
/// weights than of terms, or no term at all is an error.
///
/// ```
/// use nn::{Tensor, ops::weighted_sum};
/// let losses = [Tensor::from(2.0_f32), Tensor::from(10.0_f32)];
/// assert_eq!(weighted_sum(&losses, &[1.0, 0.5]).item::<f32>()?, 7.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn weighted_sum(terms: impl TensorList, weights: &[f64]) -> Tensor {
    let mut terms = terms.into_list();
    if let Some(failed) = terms.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    if terms.is_empty() || terms.len() != weights.len() {
        return fail(
            "weighted_sum",
            Error::value(format!(
                "weighted_sum needs a weight for each term, and one term at least; found terms: {}, weights: {}",
                terms.len(),
                weights.len()
            )),
        );
    }
    let types = terms.iter().map(Tensor::dtype);
    let dtype = types.fold(DType::F32, DType::promote);
    for term in &mut terms {
        *term = term.cast(dtype);
    }
    let weights = weights.to_vec();
    apply(WeightedSum { weights }, &terms)
}

#[cfg(test)]
mod tests {
    use crate::ops::weighted_sum;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn adds_up_from_the_first_to_the_last() {
        let numbers = [1e8_f32, 1.0, -1e8].map(Tensor::from);
        let sum = weighted_sum(&numbers, &[1.0, 1.0, 1.0]);
        assert_eq!(sum.item::<f32>().unwrap(), 0.0);
        let (a, b) = (Tensor::from(0.1_f32), Tensor::from(0.7_f32));
        let expected = (&a * 0.9 + &b * 0.3).item::<f32>().unwrap();
        let sum = weighted_sum([&a, &b], &[0.9, 0.3]).item::<f32>().unwrap();
        assert_eq!(sum.to_bits(), expected.to_bits());
    }

    #[test]
    fn promotes_types() {
        let sum = weighted_sum([Tensor::from(2_i64), Tensor::from(0.5_f64)], &[2.0, 1.0]);
        assert_eq!((sum.dtype(), sum.item::<f64>().unwrap()), (DType::F64, 4.5));
        let sum = weighted_sum([Tensor::from(true)], &[2.0]);
        assert_eq!((sum.dtype(), sum.item::<f32>().unwrap()), (DType::F32, 2.0));
    }

    #[test]
    fn says_what_does_not_fit() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let one = Tensor::from(1.0_f32);
        let e = message(weighted_sum([&one, &Tensor::ones([1])], &[1.0, 1.0]));
        assert!(e.contains("takes single numbers, found shape [1]"), "{e}");
        let e = message(weighted_sum([&one], &[1.0, 2.0]));
        assert!(e.contains("found terms: 1, weights: 2"), "{e}");
        assert!(message(weighted_sum([] as [Tensor; 0], &[])).contains("terms: 0"));
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| weighted_sum([x[0].square(), x[1].exp(), x[0].clone()], &[0.5, -2.0, 1.0]),
            &[&[], &[]],
        );
    }
}
