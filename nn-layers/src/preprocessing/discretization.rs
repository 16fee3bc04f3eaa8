//! Numbers sorted into bins.

use crate::ShapeError;
use crate::preprocessing::clean;
use crate::preprocessing::output_mode::OutputMode;
use crate::preprocessing::quantiles;
use nn_core::{DType, Error, Result, Shape, Tensor, floatx};
use nn_derive::{Layer, model};

/// The bin of each number: bin `i` begins at boundary `i - 1` and ends before boundary `i`, and the first and the last one reach to infinity.
///
/// The boundaries are given, or found so that about as many numbers of some data fall into each bin ([`Discretization::adapt`]).
///
/// Shapes: any, to bins of the same shape (`i64`); the other forms of [`OutputMode`] turn them into zeros and ones or counts, with
/// one place for each of the `boundaries + 1` bins. NaN is in the last bin.
///
/// Source: Keras's `Discretization`.
///
/// ```
/// use nn::{Discretization, Layer, Tensor};
/// let x = Tensor::from([[-1.5_f32, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]);
/// let bins = Discretization::new([0.0, 1.0, 2.0]).forward(&x);
/// assert_eq!(bins.to_vec::<i64>()?, [0, 2, 3, 1, 1, 3, 2, 1]);
/// let mut layer = Discretization::with_num_bins(4);
/// layer.adapt(&x)?;
/// assert_eq!(layer.forward(&x).to_vec::<i64>()?, [0, 2, 3, 2, 1, 3, 3, 1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false))]
#[must_use]
pub struct Discretization {
    #[config(default = None, no_builder)]
    bin_boundaries: Option<Vec<f64>>,
    #[config(default = None, no_builder)]
    num_bins: Option<usize>,
    /// How far from its share of the data a bin found by [`Discretization::adapt`] may be off.
    #[config(default = 0.01)]
    epsilon: f64,
    /// The form in which the bins come out.
    #[config(default = OutputMode::Int)]
    output_mode: OutputMode,
}

#[model(crate = nn_core)]
impl Discretization {
    /// Bins between the given boundaries, which do not decrease.
    pub fn new(bin_boundaries: impl Into<Vec<f64>>) -> Discretization {
        Discretization {
            bin_boundaries: Some(bin_boundaries.into()),
            ..Discretization::with_defaults()
        }
    }

    /// So many bins, whose boundaries [`Discretization::adapt`] finds.
    pub const fn with_num_bins(num_bins: usize) -> Discretization {
        Discretization {
            bin_boundaries: None,
            num_bins: Some(num_bins),
            epsilon: 0.01,
            output_mode: OutputMode::Int,
        }
    }

    /// The boundaries, once they are given or found.
    pub fn bin_boundaries(&self) -> Option<&[f64]> {
        self.bin_boundaries.as_deref()
    }

    /// How many bins there are, or will be.
    const fn depth(&self) -> usize {
        match (&self.bin_boundaries, self.num_bins) {
            (Some(boundaries), _) => boundaries.len() + 1,
            (None, Some(bins)) => bins,
            (None, None) => 0,
        }
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there are no bins, or the form is none of those it has.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if self.depth() == 0 {
            return Err(ShapeError::new(
                "Discretization needs `bin_boundaries` or at least one bin, found neither",
            ));
        }
        if let OutputMode::TfIdf = self.output_mode {
            return Err(ShapeError::new(
                "the output_mode of Discretization is int, one_hot, multi_hot or count, found tf_idf",
            ));
        }
        self.output_mode
            .output_shape("Discretization", input, self.depth())
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        let Some(boundaries) = &self.bin_boundaries else {
            return Err(Error::value(
                "this Discretization has no boundaries yet: call `adapt` with some data, or make it with `Discretization::new([..])`",
            ));
        };
        // NaN is no boundary either: it is not in order with anything.
        let ordered = boundaries.windows(2).all(|pair| pair[0] <= pair[1]);
        match ordered && boundaries.iter().all(|b| !b.is_nan()) {
            true => Ok(()),
            false => Err(Error::value(format!(
                "the boundaries of a Discretization must not decrease, found {boundaries:?}"
            ))),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let boundaries = self.bin_boundaries.as_deref().unwrap_or_default();
        let x = x.cast(floatx()).expand_dims(-1);
        let ends = Tensor::from_slice(boundaries, [boundaries.len()]).cast(x.dtype());
        // Not those that are reached but those that are not, so that NaN is beyond all.
        let before = x.less(&ends).cast(DType::I64).sum_axis(-1);
        let bins = boundaries.len() as i64 - before;
        self.output_mode.encode(bins, self.depth(), None)
    }

    /// Finds the boundaries between which about as many of the numbers lie.
    ///
    /// # Errors
    /// When the boundaries were given, there are no numbers or one that is not finite, or `epsilon` is not between 0 and 1.
    pub fn adapt(&mut self, data: &Tensor) -> Result<()> {
        self.adapt_batches([data.clone()])
    }

    /// As [`Discretization::adapt`] of data that comes in batches.
    ///
    /// # Errors
    /// As [`Discretization::adapt`].
    pub fn adapt_batches(&mut self, batches: impl IntoIterator<Item = Tensor>) -> Result<()> {
        if self.num_bins == Some(0) {
            return Err(Error::value(
                "a Discretization makes at least one bin, found 0 for `num_bins`",
            ));
        }
        let Some(bins) = self.num_bins else {
            return Err(Error::value(
                "this Discretization was given its boundaries; make it by `Discretization::with_num_bins` to have them found",
            ));
        };
        if !(self.epsilon > 0.0 && self.epsilon < 1.0) {
            return Err(Error::value(format!(
                "epsilon of Discretization is a number between 0 and 1, found {}",
                self.epsilon
            )));
        }
        let mut summary = quantiles::Summary::default();
        for batch in batches {
            let values = clean::finite("Discretization", batch, DType::F32)?.to_vec::<f32>()?;
            let added = quantiles::Summary::of(values, self.epsilon);
            summary = added.merge(&summary, self.epsilon)?;
        }
        if summary.is_empty() {
            return Err(Error::value(
                "a Discretization cannot adapt to no data; give at least one number",
            ));
        }
        self.bin_boundaries = Some(summary.boundaries(bins));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module};

    #[test]
    fn boundaries_belong_to_the_bin_above() {
        let layer = Discretization::new([0.0, 1.0]);
        let x = Tensor::from([
            f32::NEG_INFINITY,
            -0.1,
            0.0,
            0.9,
            1.0,
            f32::INFINITY,
            f32::NAN,
        ]);
        assert_eq!(
            layer.forward(&x).to_vec::<i64>().unwrap(),
            [0, 0, 1, 1, 2, 2, 2]
        );
        let one = Discretization::new([]).forward(Tensor::ones([2]));
        assert_eq!(one.to_vec::<i64>().unwrap(), [0, 0]);
    }

    /// What Keras finds in 500 numbers that come in parts.
    #[test]
    fn boundaries_are_found_where_keras_finds_them() {
        let numbers: Vec<f32> = (0..500).map(|i| ((i * 37) % 101) as f32 / 7.0).collect();
        let data = Tensor::from_vec(numbers, [500]);
        let cases: [(usize, f64, &[usize], &[f64]); 4] = [
            (
                5,
                0.01,
                &[0, 500],
                &[2.857_140_5, 5.714_283, 8.571_427, 11.428_571],
            ),
            (
                5,
                0.1,
                &[0, 200, 500],
                &[2.857_143_4, 5.714_287, 8.571_429, 11.428_573],
            ),
            (
                7,
                0.05,
                &[0, 3, 50, 500],
                &[
                    1.898_090_6,
                    3.938_777_9,
                    5.979_599,
                    8.020_419,
                    10.054_594,
                    12.096_786,
                ],
            ),
            (4, 0.3, &[0, 500], &[4.285_714, 8.571_428]),
        ];
        for (bins, epsilon, cuts, expected) in cases {
            let mut layer = Discretization::with_num_bins(bins).epsilon(epsilon);
            let parts = cuts.windows(2).map(|cut| data.slice(cut[0]..cut[1]));
            layer.adapt_batches(parts).unwrap();
            let found = layer.bin_boundaries().unwrap();
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 2e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn what_was_found_is_saved() {
        let mut layer = Discretization::with_num_bins(3).epsilon(0.1);
        let error = layer.forward(Tensor::ones([2])).into_result().unwrap_err();
        assert!(error.to_string().contains("call `adapt`"), "{error}");
        let data = Tensor::arange(90);
        layer
            .adapt_batches([data.slice(0..40), data.slice(40..90)])
            .unwrap();
        assert_eq!(layer.bin_boundaries().unwrap().len(), 2);
        let copy = layer.clone_model();
        assert_eq!(copy.bin_boundaries(), layer.bin_boundaries());
        assert!(Discretization::new([1.0]).adapt(&data).is_err());
        assert!(layer.adapt(&Tensor::zeros([0])).is_err());
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let data = Tensor::from([[1.0, 2.0], [3.0, bad]]);
            let error = layer.adapt(&data).unwrap_err().to_string();
            assert!(
                error.contains(&format!("adapt to {bad}: it stands in column 1")),
                "{error}"
            );
        }
        assert_eq!(copy.bin_boundaries(), layer.bin_boundaries());
        assert!(layer.epsilon(0.0).adapt(&data).is_err());
    }

    #[test]
    fn boundaries_that_decrease_are_an_error() {
        for boundaries in [[1.0, 0.0], [0.0, f64::NAN]] {
            let layer = Discretization::new(boundaries);
            let error = layer.forward(Tensor::ones([2])).into_result().unwrap_err();
            assert!(error.to_string().contains("must not decrease"), "{error}");
        }
    }
}
