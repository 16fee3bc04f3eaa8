//! A tensor cut into pieces along an axis.

use crate::autodiff::tape;
use crate::{Error, Tensor, UNKNOWN, is_known};

/// Pieces of more than this number are cut as halves of halves while a tape records.
const FEW: usize = 4;

/// Pieces that a tensor is cut into at most. Each is a tensor of its own: more are a mistake.
const MOST: usize = 1 << 24;

/// Pieces of the given sizes, which add up to the axis.
///
/// The gradient of a piece is as large as what it was cut from. Cut from the whole, n pieces would cost n times its size on the way
/// back; cut from halves of halves, log n times.
#[track_caller]
pub(crate) fn pieces(x: &Tensor, axis: isize, sizes: &[usize]) -> Vec<Tensor> {
    let mut start = 0;
    let mut next = |size: usize| {
        let from = start;
        start += size;
        x.slice_axis(axis, from..start)
    };
    if sizes.len() <= FEW || x.is_abstract() || !tape::is_recording() {
        return sizes.iter().map(|&size| next(size)).collect();
    }
    let (left, right) = sizes.split_at(sizes.len() / 2);
    let halves = [left, right].map(|sizes| (next(sizes.iter().sum()), sizes));
    let mut all = Vec::with_capacity(sizes.len());
    for (half, sizes) in halves {
        all.extend(pieces(&half, axis, sizes));
    }
    all
}

impl Tensor {
    /// `n` equal pieces along an axis (counted from the end if negative): `[…, n·k, …]` to `n` of `[…, k, …]`.
    ///
    /// A size that `n` does not divide is an error; then, as for a failed tensor, there are `n` failed pieces (one if `n` is 0 or more than
    /// 2²⁴, which are more pieces than a tensor is cut into).
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let gates = Tensor::zeros([8, 12]).split(3, -1);
    /// assert_eq!((gates.len(), gates[0].shape().to_vec()), (3, vec![8, 4]));
    /// ```
    #[track_caller]
    pub fn split(&self, n: usize, axis: isize) -> Vec<Tensor> {
        let shape = self.raw_shape();
        let size = shape.axis(axis).and_then(|i| match shape[i] {
            _ if n > MOST => Err(Error::value(format!(
                "a tensor is cut into at most {MOST} pieces, found {n}"
            ))),
            size if !is_known(size) => Ok(UNKNOWN + 1),
            size if n > 0 && size % n == 0 => Ok(size / n),
            size => Err(Error::shape(format!(
                "axis {axis} of {shape} has size {size} and cannot be split into {n} equal pieces; `split_sizes` takes sizes"
            ))),
        });
        match size {
            Ok(size) if !is_known(size) => (0..n)
                .map(|k| self.slice_axis(axis, k * size..(k + 1) * size))
                .collect(),
            Ok(size) => pieces(self, axis, &vec![size; n]),
            Err(error) if n > MOST => vec![self.fail("split", error)],
            Err(error) => vec![self.fail("split", error); n.max(1)],
        }
    }

    /// Pieces of the given sizes along an axis (counted from the end if negative).
    ///
    /// Sizes that do not add up to the axis are an error; then, as for a failed tensor, every piece is a failed tensor.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let pieces = Tensor::arange(5).split_sizes([2, 3], 0);
    /// assert_eq!(pieces[1].to_vec::<i64>()?, [2, 3, 4]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn split_sizes(&self, sizes: impl AsRef<[usize]>, axis: isize) -> Vec<Tensor> {
        let (shape, sizes) = (self.raw_shape(), sizes.as_ref());
        let total = sizes
            .iter()
            .fold(0_usize, |n, &size| n.saturating_add(size));
        let fits = shape.axis(axis).and_then(|i| match shape[i] {
            size if size == total || !is_known(size) => Ok(()),
            _ if !is_known(total) && self.is_abstract() => Ok(()),
            size => Err(Error::shape(format!(
                "axis {axis} of {shape} has size {size} and cannot be split into {sizes:?}, which add up to {total}"
            ))),
        });
        if let Err(error) = fits {
            return vec![self.fail("split", error); sizes.len().max(1)];
        }
        pieces(self, axis, sizes)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::concatenate;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn pieces_join_to_the_whole() {
        let x = Tensor::arange(24).reshape([2, 6, 2]);
        for pieces in [x.split(3, 1), x.split_sizes([1, 0, 5], -2)] {
            assert_eq!(pieces.len(), 3);
            assert_eq!(
                concatenate(&pieces, 1).to_vec::<i64>().unwrap(),
                x.to_vec::<i64>().unwrap()
            );
        }
        assert!(x.split(2, 0)[1].shares_memory(&x));
    }

    #[test]
    fn unknown_batches_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 6], DType::F32);
        assert_eq!(x.split(2, 1)[1].shape().to_string(), "[_, 3]");
        assert_eq!(x.split(500, 0)[1].shape().to_string(), "[_, 6]");
        let message = |t: Vec<Tensor>| t.last().unwrap().clone().ok().unwrap_err().to_string();
        assert!(
            message(x.split(4, 1)).contains("has size 6 and cannot be split into 4 equal pieces")
        );
        assert!(message(x.split_sizes([4, 4], 1)).contains("into [4, 4], which add up to 8"));
        assert_eq!(x.split(4, 1).len(), 4);
        assert!(message(x.split(0, 1)).contains("into 0 equal pieces"));
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| &x[0].split(2, 1)[1] * &x[0].split_sizes([2, 2], 1)[0],
            &[&[3, 4]],
        );
        check_gradient(
            |x| {
                let pieces = x[0].split_sizes([1, 2, 0, 1, 3, 1], 1);
                concatenate([&pieces[4], &pieces[0], &pieces[5]], 1).square()
            },
            &[&[2, 8]],
        );
    }
}
