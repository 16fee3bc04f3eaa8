//! Texts and whole numbers sorted into bins by their hashes.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::ops::index::fingerprint::fingerprint;
use crate::ops::index::indices::as_indices;
use crate::ops::index::siphash::siphash;
use crate::{DType, Result, Tensor};

/// The hash of each number, written in decimal, modulo the number of bins.
struct HashBucket {
    bins: usize,
    salt: Option<[u64; 2]>,
}

impl Op for HashBucket {
    fn name(&self) -> &'static str {
        "hash_bucket"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("bins", &self.bins)
            .with("salt", &self.salt)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(Tensor::build(shape, |out: &mut [i64]| {
            for (bin, number) in out.iter_mut().zip(inputs[0].data::<i64>()) {
                *bin = hash_text(&number.to_string(), self.bins, self.salt);
            }
        })))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::integers(inputs, 1)?;
    by_name::some_bins(a)
}

by_name!("hash_bucket", fits, |a| HashBucket {
    bins: a.get("bins")?,
    salt: a.get("salt")?
});

/// The bin of a text, from 0 to `bins - 1`: its FarmHash fingerprint modulo the number of bins, or with a salt its SipHash under that
/// key. As TensorFlow's `to_hash_bucket_fast` and `to_hash_bucket_strong`. Without bins everything is in bin 0; there are at
/// most 2⁶³ - 1.
///
/// ```
/// use nn::ops::hash_text;
/// assert_eq!(["A", "B", "C"].map(|text| hash_text(text, 3, None)), [1, 0, 1]);
/// assert_eq!(["A", "B", "C"].map(|text| hash_text(text, 3, Some([133, 137]))), [1, 2, 1]);
/// ```
pub fn hash_text(text: &str, bins: usize, salt: Option<[u64; 2]>) -> i64 {
    let hash = match salt {
        Some(key) => siphash(key, text.as_bytes()),
        None => fingerprint(text.as_bytes()),
    };
    (hash % bins.clamp(1, i64::MAX as usize) as u64) as i64
}

impl Tensor {
    /// The bin of each whole number, from 0 to `bins - 1` (`i64`): that of the number written in decimal, as [`hash_text`] finds it.
    ///
    /// Shapes: any. Numbers that are not whole, 0 bins, and more than `i64` counts, are errors.
    ///
    /// ```
    /// # use nn::{Tensor, ops::hash_text};
    /// let bins = Tensor::from([7_i64, -5]).hash_bucket(10, None);
    /// assert_eq!(bins.to_vec::<i64>()?, [hash_text("7", 10, None), hash_text("-5", 10, None)]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn hash_bucket(&self, bins: usize, salt: Option<[u64; 2]>) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        let numbers = as_indices("hash_bucket", self);
        match by_name::check_bins("hash_bucket", bins).and(numbers) {
            Err(error) => fail("hash_bucket", error),
            Ok(numbers) => apply(HashBucket { bins, salt }, &[numbers]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hash_text;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn numbers_are_hashed_as_texts_and_nothing_else_is() {
        // TensorFlow's fingerprints of "0", "1" and "-5", modulo 1000.
        let bins = Tensor::from([[0_i64], [1], [-5]]).hash_bucket(1 << 62, None);
        assert_eq!(
            bins.to_vec::<i64>().unwrap(),
            [1363911219970409023, 80785766752259041, 3867527841621742104]
        );
        let open = Tensor::abstract_of([UNKNOWN, 2], DType::U8).hash_bucket(3, Some([1, 2]));
        assert_eq!(open.shape().to_string(), "[_, 2]");
        let e = Tensor::zeros([2]).hash_bucket(3, None);
        let e = e.into_result().unwrap_err().to_string();
        assert!(e.contains("needs i64"), "{e}");
        let e = Tensor::from([1_i64]).hash_bucket(0, None);
        assert!(e.error().is_some());
    }

    #[test]
    fn no_bin_is_negative() {
        let most = i64::MAX as usize;
        let numbers = Tensor::from([1_i64, 2, 3]);
        let bins = numbers.hash_bucket(most, None).to_vec::<i64>().unwrap();
        assert!(bins.iter().all(|&bin| bin >= 0), "{bins:?}");
        let e = numbers.hash_bucket(most + 1, None).into_result();
        let e = e.unwrap_err().to_string();
        assert!(
            e.contains("at most 9223372036854775807, found 9223372036854775808"),
            "{e}"
        );
        assert!(hash_text("1", usize::MAX, None) >= 0);
    }
}
