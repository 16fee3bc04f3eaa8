//! Data sets in memory: inputs, targets and sample weights, row by row.

mod batch;
mod batches;
pub mod datasets;
mod into;
mod pad_sequences;
mod place;

pub use batch::{Batch, FromBatch};
pub use batches::Batches;
pub(crate) use batches::check_batch_size;
pub use into::IntoDataset;
pub use pad_sequences::{SequenceEnd, pad_sequences, pad_sequences_at};
pub(crate) use place::Place;

use nn_core::{Error, IntoTensors, Result, Tensor, random};

/// Rows of inputs with their targets, and weights if given.
///
/// Every tensor has one row a sample: `x: [n, …]`, `y: [n, …]`. Cloning copies references.
///
/// ```
/// use nn::{Dataset, Tensor};
/// let data = Dataset::new(Tensor::ones([10, 3]), Tensor::zeros([10, 1]))?;
/// let (train, test) = data.split(0.8, 42);
/// assert_eq!((train.len(), test.len()), (8, 2));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
#[doc(alias = "DataLoader")]
#[doc(alias = "TensorDataset")]
pub struct Dataset {
    x: Vec<Tensor>,
    y: Vec<Tensor>,
    weights: Option<Tensor>,
    len: usize,
    /// Of a batch, which rows of the whole it holds.
    place: Place,
}

/// The rows of a tensor, which errors call `what()`.
fn rows(what: impl Fn() -> String, tensor: &Tensor) -> Result<usize> {
    let shape = tensor.try_shape().map_err(|e| e.context(what()))?;
    if tensor.is_abstract() {
        return Err(Error::value(format!(
            "{} has a shape {shape} but no values",
            what()
        )));
    }
    shape.first().copied().ok_or_else(|| {
        Error::shape(format!(
            "{} is a single number; data has one row a sample, [n, …]",
            what()
        ))
    })
}

impl Dataset {
    /// Inputs and targets: tensors, or tuples, arrays or `Vec`s of them; numbers in arrays, slices and `Vec`s are one tensor.
    ///
    /// # Errors
    /// When they have different numbers of rows, or one is not data (a failed tensor, a single number).
    pub fn new(x: impl IntoTensors, y: impl IntoTensors) -> Result<Dataset> {
        Dataset::from_parts(x.into_tensors(), y.into_tensors(), None)
    }

    /// Inputs without targets, for prediction.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn inputs(x: impl IntoTensors) -> Result<Dataset> {
        Dataset::from_parts(x.into_tensors(), Vec::new(), None)
    }

    /// With a weight for each sample, `[n]`, or where a sample has several losses, one for each of them: `[n, steps]` for time steps,
    /// which leaves out padding with a weight of 0.
    ///
    /// # Errors
    /// When there are not as many rows of weights as of samples.
    pub fn with_weights(self, weights: Tensor) -> Result<Dataset> {
        Dataset::from_parts(self.x, self.y, Some(weights))
    }

    pub(crate) fn from_parts(
        x: Vec<Tensor>,
        y: Vec<Tensor>,
        weights: Option<Tensor>,
    ) -> Result<Dataset> {
        let Some(first) = x.first() else {
            return Err(Error::value(
                "a data set without inputs; give at least one tensor",
            ));
        };
        let len = rows(|| "x".to_string(), first)?;
        let name = |part: &str, i: usize, n: usize| match n {
            1 => part.to_string(),
            _ => format!("{part}.{i}"),
        };
        let parts = [("x", &x), ("y", &y)];
        for (part, tensors) in parts {
            for (i, tensor) in tensors.iter().enumerate() {
                let what = || name(part, i, tensors.len());
                let found = rows(what, tensor)?;
                if found != len {
                    let (first, what) = (name("x", 0, x.len()), what());
                    return Err(Error::shape(format!(
                        "{first} has {len} rows and {what} has {found}; every sample needs its row in each of them"
                    )));
                }
            }
        }
        if let Some(w) = &weights {
            let found = rows(|| "the sample weights".to_string(), w)?;
            if found != len {
                return Err(Error::shape(format!(
                    "{len} samples need weights of shape [{len}], or [{len}, steps] for time steps, found {}",
                    w.shape()
                )));
            }
        }
        Ok(Dataset {
            x,
            y,
            weights,
            len,
            place: Place::default(),
        })
    }

    /// The inputs; the first of several.
    pub fn x(&self) -> Tensor {
        self.x[0].clone()
    }

    /// The targets; the first of several. A failed tensor if there are none.
    pub fn y(&self) -> Tensor {
        self.y
            .first()
            .cloned()
            .unwrap_or_else(|| Tensor::failed(Error::value("this data set has no targets")))
    }

    /// All inputs.
    pub fn xs(&self) -> &[Tensor] {
        &self.x
    }

    /// All targets.
    pub fn ys(&self) -> &[Tensor] {
        &self.y
    }

    /// The sample weights.
    pub fn weights(&self) -> Option<&Tensor> {
        self.weights.as_ref()
    }

    /// Of a batch, which rows of the whole it holds.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Inputs, targets and weights.
    pub(crate) fn into_parts(self) -> (Vec<Tensor>, Vec<Tensor>, Option<Tensor>) {
        (self.x, self.y, self.weights)
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The same with every tensor replaced by `f` of it, which must keep the rows.
    fn map_all(&self, mut f: impl FnMut(&Tensor) -> Tensor, len: usize) -> Dataset {
        Dataset {
            x: self.x.iter().map(&mut f).collect(),
            y: self.y.iter().map(&mut f).collect(),
            weights: self.weights.as_ref().map(f),
            len,
            place: Place::default(),
        }
    }

    /// The numbers of all rows in random order.
    fn shuffled(&self, seed: u64) -> Result<Vec<usize>> {
        random::with_stream(random::Stream::new(seed), || random::permutation(self.len))
    }

    /// One row of an error.
    fn failed(&self, error: &Error) -> Dataset {
        self.map_all(|_| Tensor::failed(error.clone()), 1)
    }

    /// Rows `start..end`, without a copy; the end is cut at the last row.
    pub fn rows(&self, start: usize, end: usize) -> Dataset {
        let end = end.min(self.len);
        let start = start.min(end);
        self.map_all(|t| t.slice(start..end), end - start)
    }

    /// The first `n` rows (all, if there are fewer).
    pub fn take(&self, n: usize) -> Dataset {
        self.rows(0, n)
    }

    /// The given rows, copied, in the given order.
    ///
    /// # Panics
    /// When an index is not below [`Dataset::len`]; the message names both.
    pub fn select(&self, rows: &[usize]) -> Dataset {
        for &row in rows {
            assert!(
                row < self.len,
                "row {row} of a data set of {} rows",
                self.len
            );
        }
        self.map_all(|t| batches::gather_rows(t, rows), rows.len())
    }

    /// Shuffled by `seed` and cut in two: `fraction` of the rows, and the rest.
    ///
    /// The same seed gives the same split everywhere. `fraction` is cut to `0..=1`; NaN is an error where either part is used.
    pub fn split(&self, fraction: f64, seed: u64) -> (Dataset, Dataset) {
        let order = match fraction.is_nan() {
            true => Err(Error::value(
                "the fraction of a split is NaN; it is a number from 0 to 1",
            )),
            false => self.shuffled(seed),
        };
        let order = match order {
            Ok(order) => order,
            Err(error) => return (self.failed(&error), self.failed(&error)),
        };
        let cut = (self.len as f64 * fraction.clamp(0.0, 1.0)).round() as usize;
        (self.select(&order[..cut]), self.select(&order[cut..]))
    }

    /// Each input with everything but the first dimension flattened: images to vectors.
    pub fn flatten(&self) -> Dataset {
        Dataset {
            x: self.x.iter().map(|x| x.flatten_from(1)).collect(),
            ..self.clone()
        }
    }

    /// Goes through the rows in batches of `size`, the last one as small as it comes.
    ///
    /// ```
    /// # use nn::{Dataset, Tensor};
    /// let data = Dataset::new(Tensor::ones([10, 3]), Tensor::zeros([10]))?;
    /// let sizes: Vec<usize> = data.batches(4).shuffle(1).map(|(x, _)| x.shape()[0]).collect();
    /// assert_eq!(sizes, [4, 4, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Panics
    /// When `size` is 0.
    pub fn batches(&self, size: usize) -> Batches {
        Batches::new(self.clone(), size)
    }
}

/// What can be done with a pair of training and test data.
pub trait TrainTest {
    /// Both with their inputs flattened to vectors.
    fn flatten(self) -> (Dataset, Dataset);
}

impl TrainTest for (Dataset, Dataset) {
    fn flatten(self) -> (Dataset, Dataset) {
        (self.0.flatten(), self.1.flatten())
    }
}
