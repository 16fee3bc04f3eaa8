//! Going through a data set batch by batch, on request prepared on another thread.

use super::{Dataset, Place};
use nn_core::{DType, Element, Error, Result, Tensor};
use nn_kernels::parallel;
use std::fmt;
use std::sync::{Arc, mpsc};

/// An iterator over `(x, y)` batches; see [`Dataset::batches`]. [`Batches::datasets`] gives whole batches, with several inputs,
/// targets and weights.
#[must_use]
pub struct Batches {
    data: Dataset,
    size: usize,
    order: Option<Arc<Vec<usize>>>,
    drop_remainder: bool,
    next: usize,
    prefetched: Option<mpsc::Receiver<Dataset>>,
    prefetch: usize,
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("data", &self.data)
            .field("size", &self.size)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl Batches {
    pub(super) fn new(data: Dataset, size: usize) -> Batches {
        assert!(size > 0, "a batch size of 0: use at least 1");
        Batches {
            data,
            size,
            order: None,
            drop_remainder: false,
            next: 0,
            prefetched: None,
            prefetch: 0,
        }
    }

    /// In random order, fixed by `seed`. Of more rows than there is memory for an order of, the one batch is that error.
    pub fn shuffle(mut self, seed: u64) -> Batches {
        match self.data.shuffled(seed) {
            Ok(order) => self.in_order(order),
            Err(error) => {
                self.data = self.data.failed(&error);
                self
            }
        }
    }

    /// Without the first `n` batches.
    pub(crate) fn starting_at(mut self, n: usize) -> Batches {
        self.next = n;
        self
    }

    /// In the given order of rows.
    pub(crate) fn in_order(mut self, order: Vec<usize>) -> Batches {
        self.order = Some(Arc::new(order));
        self
    }

    /// Without a last batch that is smaller than the others.
    pub fn drop_remainder(mut self) -> Batches {
        self.drop_remainder = true;
        self
    }

    /// Prepared on another thread, up to `ahead` batches before they are asked for; 0 prepares them on this one.
    pub fn prefetch(mut self, ahead: usize) -> Batches {
        self.prefetch = ahead;
        self
    }

    /// Whole batches as data sets.
    pub fn datasets(mut self) -> impl Iterator<Item = Dataset> {
        std::iter::from_fn(move || self.next_dataset())
    }

    /// How many batches there are in all.
    pub fn count_batches(&self) -> usize {
        match self.drop_remainder {
            true => self.data.len() / self.size,
            false => self.data.len().div_ceil(self.size),
        }
    }

    fn make(&mut self) -> Option<Dataset> {
        if self.next >= self.count_batches() {
            return None;
        }
        let start = self.next * self.size;
        let end = start.saturating_add(self.size).min(self.data.len());
        self.next += 1;
        let mut batch = match &self.order {
            None => self.data.rows(start, end),
            Some(order) => self.data.select(&order[start..end]),
        };
        batch.place = Place {
            order: self.order.clone(),
            start,
        };
        Some(batch)
    }

    fn next_dataset(&mut self) -> Option<Dataset> {
        if self.prefetch == 0 {
            return self.make();
        }
        if self.prefetched.is_none() {
            // No further ahead than there are batches: the channel has room for all of them from the start.
            let ahead = self.prefetch.min(self.count_batches());
            let (send, receive) = mpsc::sync_channel(ahead);
            let mut source = Batches {
                data: self.data.clone(),
                order: self.order.clone(),
                prefetched: None,
                prefetch: 0,
                ..*self
            };
            // The thread ends when all batches are made or the receiver is gone.
            let maker = std::thread::Builder::new().spawn(move || {
                while let Some(batch) = source.make() {
                    if send.send(batch).is_err() {
                        break;
                    }
                }
            });
            // Where the system lets no thread begin, this one makes them.
            if maker.is_err() {
                self.prefetch = 0;
                return self.make();
            }
            self.prefetched = Some(receive);
        }
        self.prefetched.as_ref().and_then(|r| r.recv().ok())
    }
}

/// A batch holds at least one sample.
pub(crate) fn check_batch_size(batch_size: usize) -> Result<()> {
    match batch_size {
        0 => Err(Error::value("`batch_size` is 0; use at least 1")),
        _ => Ok(()),
    }
}

impl Iterator for Batches {
    type Item = (Tensor, Tensor);

    fn next(&mut self) -> Option<(Tensor, Tensor)> {
        self.next_dataset().map(|batch| (batch.x(), batch.y()))
    }
}

/// The given rows of a tensor, copied.
pub(super) fn gather_rows(tensor: &Tensor, rows: &[usize]) -> Tensor {
    fn gather<T: Element>(tensor: &Tensor, rows: &[usize]) -> Tensor {
        let shape = tensor.shape().with(0, rows.len());
        let width: usize = shape[1..].iter().product();
        let source = tensor.data::<T>();
        Tensor::build(shape, |out: &mut [T]| {
            if width == 0 {
                return;
            }
            let grain = parallel::GRAIN.div_ceil(width) * width;
            parallel::for_each_chunk(out, grain, |start, piece| {
                for (to, &row) in piece.chunks_mut(width).zip(&rows[start / width..]) {
                    to.copy_from_slice(&source[row * width..(row + 1) * width]);
                }
            });
        })
    }
    match tensor.dtype() {
        DType::F32 => gather::<f32>(tensor, rows),
        DType::F64 => gather::<f64>(tensor, rows),
        DType::I64 => gather::<i64>(tensor, rows),
        DType::U8 => gather::<u8>(tensor, rows),
        DType::Bool => gather::<bool>(tensor, rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize) -> Dataset {
        Dataset::new(Tensor::arange(n).reshape([n, 1]), Tensor::arange(n)).unwrap()
    }

    #[test]
    fn every_row_comes_once_with_its_target_prefetched_or_not() {
        for prefetch in [0, 1, 3, usize::MAX] {
            let mut seen = Vec::new();
            for (x, y) in numbers(10).batches(3).shuffle(4).prefetch(prefetch) {
                assert_eq!(x.to_vec::<i64>().unwrap(), y.to_vec::<i64>().unwrap());
                seen.extend(y.to_vec::<i64>().unwrap());
            }
            assert_ne!(seen, (0..10).collect::<Vec<_>>(), "shuffled");
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn leaving_early_ends_the_thread_and_the_remainder_can_be_dropped() {
        let mut batches = numbers(1000).batches(1).prefetch(2);
        assert!(batches.next().is_some());
        drop(batches);
        assert_eq!(numbers(10).batches(4).drop_remainder().count(), 2);
        assert_eq!(numbers(10).batches(usize::MAX).count(), 1);
    }
}
