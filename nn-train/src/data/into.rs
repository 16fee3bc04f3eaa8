//! What `fit`, `evaluate` and [`Dataset::new`] take for data.

use super::Dataset;
use nn_core::{Result, Tensor};

/// A tensor, or a tuple, array, slice or `Vec` of tensors, by value or reference: the inputs or the targets of a model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tensor, nor a tuple, array or `Vec` of tensors",
    label = "expected tensors"
)]
pub trait IntoTensors {
    /// All of them, in order.
    fn into_tensors(self) -> Vec<Tensor>;
}

impl IntoTensors for Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl IntoTensors for &Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self.clone()]
    }
}

impl<T: IntoTensors> IntoTensors for Vec<T> {
    fn into_tensors(self) -> Vec<Tensor> {
        self.into_iter().flat_map(T::into_tensors).collect()
    }
}

impl IntoTensors for &[Tensor] {
    fn into_tensors(self) -> Vec<Tensor> {
        self.to_vec()
    }
}

impl<T: IntoTensors, const N: usize> IntoTensors for [T; N] {
    fn into_tensors(self) -> Vec<Tensor> {
        self.into_iter().flat_map(T::into_tensors).collect()
    }
}

macro_rules! tuple {
    ($($T:ident $i:tt),+) => {
        impl<$($T: IntoTensors),+> IntoTensors for ($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                let mut all = Vec::new();
                $(all.extend(self.$i.into_tensors());)+
                all
            }
        }
        impl<$($T: Clone + IntoTensors),+> IntoTensors for &($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                self.clone().into_tensors()
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

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
