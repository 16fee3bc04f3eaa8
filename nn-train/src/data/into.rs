//! What `fit`, `evaluate` and [`Dataset::new`] take for data.

use super::Dataset;
use nn_core::{IntoTensors, Result, Tensor};

/// Data to train or evaluate on: a [`Dataset`], `(x, y)`, or `(x, y, sample_weights)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not data to train on",
    label = "expected a `Dataset`, `(x, y)` or `(x, y, sample_weights)`",
    note = "inputs and targets are one argument, in parentheses of their own: `model.fit((x, y), Fit::new().epochs(10))`, \
            `model.evaluate((x, y))`"
)]
pub trait IntoDataset {
    /// The data as a [`Dataset`].
    ///
    /// # Errors
    /// When the parts have different numbers of rows.
    fn into_dataset(self) -> Result<Dataset>;
}

impl IntoDataset for Dataset {
    fn into_dataset(self) -> Result<Dataset> {
        Ok(self)
    }
}

impl IntoDataset for &Dataset {
    fn into_dataset(self) -> Result<Dataset> {
        Ok(self.clone())
    }
}

impl<X: IntoTensors, Y: IntoTensors> IntoDataset for (X, Y) {
    fn into_dataset(self) -> Result<Dataset> {
        Dataset::new(self.0, self.1)
    }
}

impl<X: IntoTensors, Y: IntoTensors, W: Into<Tensor>> IntoDataset for (X, Y, W) {
    fn into_dataset(self) -> Result<Dataset> {
        Dataset::new(self.0, self.1)?.with_weights(self.2.into())
    }
}
