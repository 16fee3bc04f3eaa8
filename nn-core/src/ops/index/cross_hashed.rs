//! Features that stand side by side, sorted into bins together.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::ops::index::fingerprint::{concatenated, fingerprint};
use crate::ops::index::indices::as_indices;
use crate::{DType, Error, Result, Tensor, TensorList, is_known};

/// What the fingerprints of a crossing begin with, in TensorFlow.
const KEY: u64 = 0xDE_CAFC_AFFE;

/// The bin of the numbers that stand at the same place of several tensors.
struct CrossHashed {
    bins: usize,
}

impl Op for CrossHashed {
    fn name(&self) -> &'static str {
        "cross_hashed"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("bins", &self.bins)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let mut shape = *inputs[0].raw_shape();
        for other in &inputs[1..] {
            let (so_far, other) = (shape, *other.raw_shape());
            let mut fits = so_far.rank() == other.rank();
            for (axis, (&a, &b)) in so_far.iter().zip(other.iter()).enumerate() {
                fits &= a == b || !is_known(a) || !is_known(b);
                if !is_known(a) {
                    shape = shape.with(axis, b);
                }
            }
            if !fits {
                return Err(Error::shape(format!(
                    "cannot cross features of shapes {so_far} and {other}; they need the same shape"
                )));
            }
        }
        Ok((shape, DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let columns: Vec<&[i64]> = inputs.iter().map(|t| t.data::<i64>()).collect();
        Ok(Outputs::One(Tensor::build(shape, |out: &mut [i64]| {
            for (i, bin) in out.iter_mut().enumerate() {
                *bin = cross(columns.iter().map(|column| column[i] as u64), self.bins);
            }
        })))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None; at.inputs.len()])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::integers(inputs, inputs.len().max(1))?;
    by_name::some_bins(a)
}

by_name!("cross_hashed", fits, |a| CrossHashed {
    bins: a.get("bins")?
});

/// A feature of a crossing: a whole number, or a text, which counts by its fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Feature<'a> {
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'a str),
}

/// The bin, from 0 to `bins - 1`, of features that stand side by side, as TensorFlow's `cross_hashed`. Without bins everything is in bin 0;
/// there are at most 2⁶³ - 1.
///
/// ```
/// use nn::ops::{Feature, cross_features};
/// let bin = cross_features(&[Feature::Text("A"), Feature::Integer(101)], 5);
/// assert_eq!(bin, 1);
/// ```
pub fn cross_features(features: &[Feature<'_>], bins: usize) -> i64 {
    let numbers = features.iter().map(|feature| match feature {
        Feature::Integer(number) => *number as u64,
        Feature::Text(text) => fingerprint(text.as_bytes()),
    });
    cross(numbers, bins)
}

fn cross(features: impl Iterator<Item = u64>, bins: usize) -> i64 {
    (features.fold(KEY, concatenated) % bins.clamp(1, i64::MAX as usize) as u64) as i64
}

/// The bins, from 0 to `bins - 1` (`i64`), of the whole numbers that stand at the same place of several tensors: a crossing of
/// features, as TensorFlow's `cross_hashed`.
///
/// Shapes: all the same. No tensor, numbers that are not whole, 0 bins, and more than `i64` counts, are errors.
///
/// ```
/// use nn::{Tensor, ops::cross_hashed};
/// let (city, age) = (Tensor::from([3_i64, 4]), Tensor::from([101_i64, -7]));
/// let bins = cross_hashed([&city, &age], 1000);
/// assert_eq!(bins.shape(), [2]);
/// ```
#[track_caller]
pub fn cross_hashed(features: impl TensorList, bins: usize) -> Tensor {
    let mut numbers = Vec::new();
    for feature in features.into_list() {
        if feature.error().is_some() {
            return feature;
        }
        match as_indices("cross_hashed", &feature) {
            Ok(feature) => numbers.push(feature),
            Err(error) => return fail("cross_hashed", error),
        }
    }
    if numbers.is_empty() || bins == 0 {
        let found = numbers.len();
        return fail(
            "cross_hashed",
            Error::value(format!(
                "cross_hashed needs at least one tensor and one bin, found {found} tensors and {bins} bins"
            )),
        );
    }
    match by_name::check_bins("cross_hashed", bins) {
        Ok(()) => apply(CrossHashed { bins }, &numbers),
        Err(error) => fail("cross_hashed", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UNKNOWN;

    /// What Keras's `HashedCrossing` with 1000 bins gives on TensorFlow.
    #[test]
    fn the_bins_are_those_of_tensorflow() {
        let columns = [[3_i64, 4, 5], [101, -7, 0], [1, 2, 3]].map(Tensor::from);
        let bins = cross_hashed(&columns, 1000);
        assert_eq!(bins.to_vec::<i64>().unwrap(), [603, 361, 483]);
        assert!(cross_hashed(&columns, usize::MAX).error().is_some());
        for (text, number, expected) in [("A", 101, 891), ("B", -7, 904)] {
            let features = [Feature::Text(text), Feature::Integer(number)];
            assert_eq!(cross_features(&features, 1000), expected);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let open = |dims: &[usize]| Tensor::abstract_of(dims, DType::I64);
        let crossed = cross_hashed([open(&[UNKNOWN, 1]), open(&[UNKNOWN, 1])], 5);
        assert_eq!(crossed.shape().to_string(), "[_, 1]");
        for other in [Tensor::from([1_i64]), Tensor::from([[1_i64], [2]])] {
            let crossed = cross_hashed([Tensor::from([1_i64, 2]), other], 5);
            let e = crossed.into_result().unwrap_err().to_string();
            assert!(e.contains("cannot cross features of shapes"), "{e}");
        }
        assert!(cross_hashed([Tensor::ones([2])], 5).error().is_some());
        assert!(cross_hashed(Vec::<Tensor>::new(), 5).error().is_some());
        assert!(cross_hashed([Tensor::from(1_i64)], 0).error().is_some());
    }
}
