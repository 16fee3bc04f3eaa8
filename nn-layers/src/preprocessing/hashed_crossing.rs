//! Pairs of categories sorted into bins by their hashes.

use crate::ShapeError;
use crate::preprocessing::output_mode::{OutputMode, check_bins};
use nn_core::ops::{Feature, cross_features, cross_hashed};
use nn_core::{DType, Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The bin, from 0 to `num_bins - 1`, of two or more categories that stand side by side: a feature for each combination of them, without a
/// list of those.
///
/// Shapes: two or more of whole numbers, all `[batch]`, `[batch, 1]` or `[]`, to bins of that shape (`i64`), or with
/// `OutputMode::OneHot` to `[batch, num_bins]`. Texts come in by [`HashedCrossing::call_features`].
///
/// Source: Keras's `HashedCrossing`, with TensorFlow's numbers.
///
/// ```
/// use nn::{ops::Feature::{Integer, Text}, HashedCrossing};
/// let rows = [[Text("A"), Integer(101)], [Text("B"), Integer(101)], [Text("A"), Integer(101)]];
/// let bins = HashedCrossing::new(5).call_features(&rows);
/// assert_eq!(bins.to_vec::<i64>()?, [1, 4, 1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false))]
#[must_use]
pub struct HashedCrossing {
    #[config]
    num_bins: usize,
    /// The form in which the bins come out: `Int` or `OneHot`.
    #[config(default = OutputMode::Int)]
    output_mode: OutputMode,
}

#[model(crate = nn_core)]
impl HashedCrossing {
    /// Into so many bins.
    pub const fn new(num_bins: usize) -> HashedCrossing {
        HashedCrossing::with_defaults(num_bins)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there are fewer than two inputs, they differ or are no columns, or there is no bin or more of them than `i64` counts.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs.len() < 2 {
            return Err(
                ShapeError::new("HashedCrossing takes two or more columns, found ")
                    .number(inputs.len())
                    .text("; call it with `[&a, &b]`"),
            );
        }
        let first = &inputs[0];
        let mut i = 0;
        while i < inputs.len() {
            let shape = &inputs[i];
            let is_column = match shape.rank() {
                0 | 1 => true,
                2 => shape.dims()[1] == 1,
                _ => false,
            };
            let same = shape.rank() == first.rank()
                && (shape.rank() == 0
                    || !nn_core::is_known(shape.dims()[0])
                    || !nn_core::is_known(first.dims()[0])
                    || shape.dims()[0] == first.dims()[0]);
            if !is_column || !same {
                let error = ShapeError::new(
                    "HashedCrossing takes columns [batch] or [batch, 1], all of one shape, found ",
                );
                return Err(error.shape(first).text(" and ").shape(shape));
            }
            i += 1;
        }
        self.form(first)
    }

    const fn form(&self, shape: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = check_bins("HashedCrossing", self.num_bins) {
            return Err(error);
        }
        match self.output_mode {
            OutputMode::Int | OutputMode::OneHot => {
                self.output_mode
                    .output_shape("HashedCrossing", shape, self.num_bins)
            }
            other => Err(ShapeError::new(
                "the output_mode of HashedCrossing is int or one_hot, found ",
            )
            .text(other.name())),
        }
    }

    fn call(&self, columns: Vec<Tensor>) -> Tensor {
        if let Some(found) = columns
            .iter()
            .find(|c| c.dtype().is_float() && c.error().is_none())
        {
            return Tensor::failed(Error::dtype(format!(
                "HashedCrossing takes whole numbers, found {}; convert with `cast(DType::I64)`",
                found.dtype()
            )));
        }
        let bins = cross_hashed(columns.iter().map(|c| c.cast(DType::I64)), self.num_bins);
        self.output_mode.encode(bins, self.num_bins, None)
    }

    /// Runs the layer on rows of texts and numbers: `[rows]` bins, or `[rows, num_bins]`.
    pub fn call_features<'a>(&self, rows: &[impl AsRef<[Feature<'a>]>]) -> Tensor {
        let shape = Shape::from([rows.len()]);
        if let Err(error) = self.form(&shape) {
            return Tensor::failed(error.into());
        }
        if let Some(row) = rows.iter().find(|row| row.as_ref().len() < 2) {
            return Tensor::failed(Error::value(format!(
                "HashedCrossing takes two or more features a row, found {}",
                row.as_ref().len()
            )));
        }
        let bin = |row: &[Feature<'_>]| cross_features(row, self.num_bins);
        let bins = rows.iter().map(|row| bin(row.as_ref())).collect();
        self.output_mode
            .encode(Tensor::from_vec(bins, shape), self.num_bins, None)
    }
}
