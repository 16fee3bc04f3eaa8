//! Categories sorted into bins by their hashes.

use crate::ShapeError;
use crate::preprocessing::output_mode::{OutputMode, check_bins, whole_numbers};
use crate::preprocessing::salt::Salt;
use nn_core::ops::hash_text;
use nn_core::{Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};
use serde::{Deserialize, Serialize};

/// The bin of each category, from 0 to `num_bins - 1`, without a list of them: whole numbers and texts, however many there may be, always
/// fall into the same bin. Two of them may share one.
///
/// The hash is FarmHash's fingerprint, or with a salt SipHash-2-4 under that key; numbers are hashed as they are written in decimal. With a
/// mask value the first bin is for that alone.
///
/// Shapes: any, to bins of the same shape (`i64`); the other forms of [`OutputMode`] turn them into zeros and ones or counts. Texts come in
/// by [`Hashing::call_text`].
///
/// Source: Keras's `Hashing`, with TensorFlow's numbers.
///
/// ```
/// use nn::{Hashing, Layer, Tensor};
/// let bins = Hashing::new(3).call_text(&["A", "B", "C", "D", "E"]);
/// assert_eq!(bins.to_vec::<i64>()?, [1, 0, 1, 1, 2]);
/// let salted = Hashing::new(3).salt([133, 137]).call_text(&["A", "B", "C", "D", "E"]);
/// assert_eq!(salted.to_vec::<i64>()?, [1, 2, 1, 0, 2]);
/// assert_eq!(Hashing::new(3).forward(Tensor::from([[1_i64], [2]])).shape(), [2, 1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false))]
#[must_use]
pub struct Hashing {
    #[config]
    num_bins: usize,
    #[config(default = None, no_builder)]
    salt: Option<Salt>,
    #[config(default = None, no_builder)]
    mask_value: Option<MaskValue>,
    /// The form in which the bins come out.
    #[config(default = OutputMode::Int)]
    output_mode: OutputMode,
}

/// What falls into a bin of its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a whole number or a text")]
enum MaskValue {
    Integer(i64),
    Text(String),
}

#[model(crate = nn_core)]
impl Hashing {
    /// Into so many bins.
    pub const fn new(num_bins: usize) -> Hashing {
        Hashing::with_defaults(num_bins)
    }

    /// Another hash for each pair of numbers (Keras takes one number for both, `salt([n, n])`).
    pub const fn salt(mut self, salt: [u64; 2]) -> Hashing {
        self.salt = Some(Salt(salt));
        self
    }

    /// The number that is the only one in bin 0.
    pub fn mask_value(mut self, mask_value: i64) -> Hashing {
        self.mask_value = Some(MaskValue::Integer(mask_value));
        self
    }

    /// The text that is the only one in bin 0.
    pub fn mask_text(mut self, mask_value: impl Into<String>) -> Hashing {
        self.mask_value = Some(MaskValue::Text(mask_value.into()));
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there is no bin or more of them than `i64` counts, or the form is none of those it has.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = check_bins("Hashing", self.num_bins) {
            return Err(error);
        }
        if let OutputMode::TfIdf = self.output_mode {
            return Err(ShapeError::new(
                "the output_mode of Hashing is int, one_hot, multi_hot or count, found tf_idf",
            ));
        }
        self.output_mode
            .output_shape("Hashing", input, self.num_bins)
    }

    /// The bins that are not for the mask value, and whether there is one for it.
    fn bins(&self) -> (usize, bool) {
        match self.mask_value.is_some() && self.num_bins > 1 {
            true => (self.num_bins - 1, true),
            false => (self.num_bins, false),
        }
    }

    /// A number is looked at as it is: the nearest one of another type may stand for something else.
    fn autocast(&self) -> bool {
        false
    }

    fn call(&self, x: Tensor) -> Tensor {
        let (bins, masked) = self.bins();
        let numbers = whole_numbers("Hashing", &x);
        let hashes = numbers.hash_bucket(bins, self.salt.map(|salt| salt.0));
        let hashes = match &self.mask_value {
            Some(MaskValue::Integer(value)) if masked => {
                numbers.equal(*value).where_(0, hashes + 1)
            }
            Some(MaskValue::Text(text)) if masked => {
                return Tensor::failed(Error::value(format!(
                    "this Hashing masks the text {text:?} and takes texts, by `call_text`; found numbers"
                )));
            }
            _ => hashes,
        };
        self.output_mode.encode(hashes, self.num_bins, None)
    }

    /// Runs the layer on a column of texts: `[rows]` bins, or what the form makes of those.
    pub fn call_text(&self, texts: &[impl AsRef<str>]) -> Tensor {
        let shape = Shape::from([texts.len()]);
        if let Err(error) = self.output_shape(&shape) {
            return Tensor::failed(error.into());
        }
        let (bins, masked) = self.bins();
        let bin = |text: &str| match &self.mask_value {
            Some(MaskValue::Integer(value)) if masked => Err(Error::value(format!(
                "this Hashing masks the number {value} and takes numbers; found texts"
            ))),
            Some(MaskValue::Text(mask)) if masked && mask == text => Ok(0),
            _ => Ok(hash_text(text, bins, self.salt.map(|s| s.0)) + i64::from(masked)),
        };
        let all: Result<Vec<i64>> = texts.iter().map(|text| bin(text.as_ref())).collect();
        match all {
            Ok(all) => {
                let hashes = Tensor::from_vec(all, shape);
                self.output_mode.encode(hashes, self.num_bins, None)
            }
            Err(error) => Tensor::failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn the_mask_value_has_a_bin_of_its_own() {
        // From Keras's documentation.
        let texts = Hashing::new(3).mask_text("");
        assert_eq!(
            texts
                .call_text(&["A", "B", "", "C", "D"])
                .to_vec::<i64>()
                .unwrap(),
            [1, 1, 0, 2, 2]
        );
        let numbers = Hashing::new(5).mask_value(-1);
        let bins = numbers
            .forward(Tensor::from([-1_i64, 0, 7, -1]))
            .to_vec::<i64>()
            .unwrap();
        assert!(bins[0] == 0 && bins[3] == 0 && bins[1] > 0 && bins[2] > 0);
        assert!(numbers.call_text(&["a"]).error().is_some());
        assert!(texts.forward(Tensor::from([1_i64])).error().is_some());
        assert!(Hashing::new(0).call_text(&["a"]).error().is_some());
        for number in [1.5_f32, f32::NAN, f32::INFINITY] {
            let bins = Hashing::new(5).forward(Tensor::from([1.0, number]));
            let e = bins.into_result().unwrap_err().to_string();
            assert!(
                e.contains("Hashing takes whole numbers") && e.contains("place 1"),
                "{e}"
            );
        }
    }

    #[test]
    fn there_are_no_more_bins_than_i64_counts() {
        let x = Shape::from([2]);
        let message = |layer: Hashing| layer.output_shape(&x).unwrap_err().to_string();
        let e = message(Hashing::new(1 << 63));
        assert!(
            e.ends_with("at most 9223372036854775807, found 9223372036854775808 for `num_bins`"),
            "{e}"
        );
        assert!(Hashing::new(1 << 62).output_shape(&x).is_ok());
        let e = message(Hashing::new(1 << 62).output_mode(OutputMode::MultiHot));
        assert!(
            e.starts_with("Hashing makes rows of 4611686018427387904 numbers, more than"),
            "{e}"
        );
    }
}
