//! Differences of neighbours.

use crate::{DType, Error, Tensor, is_known};

/// Differences along an axis of unknown size, each of which is an operation of the program that is traced.
const MOST: usize = 1024;

impl Tensor {
    /// The differences `xᵢ₊₁ - xᵢ` along the last axis, which loses an element. Of truth values which ones differ.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 4, 9]).diff().to_vec::<i64>()?, [3, 5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diff(&self) -> Tensor {
        self.diff_with(1, -1)
    }

    /// As [`Tensor::diff`] along an axis (counted from the end if negative), taken `n` times: the axis loses `n` elements.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 4, 9]).diff_with(2, 0).to_vec::<i64>()?, [2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn diff_with(&self, n: usize, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        if self.error().is_none()
            && let Err(error) = shape.axis(axis)
        {
            return match shape.rank() {
                0 => self.fail(
                    "diff",
                    Error::shape("diff needs an axis, found a single number"),
                ),
                _ => self.fail("diff", error),
            };
        }
        let size = |x: &Tensor| {
            let axis = x.raw_shape().axis(axis);
            axis.map_or(0, |axis| x.raw_shape()[axis])
        };
        let n = match is_known(size(self)) {
            // Of so many elements nothing is left.
            true => n.min(size(self)),
            false if n > MOST => {
                let message = format!(
                    "{n} differences along an axis of {shape} whose size is not known are too many, at most {MOST} are taken"
                );
                return self.fail("diff", Error::value(message));
            }
            false => n,
        };
        (0..n).fold(self.clone(), |x, _| {
            if is_known(size(&x)) && size(&x) < 2 {
                return x.slice_axis(axis, 0..0);
            }
            let (next, this) = (x.slice_axis(axis, 1..), x.slice_axis(axis, ..-1));
            match x.dtype() {
                DType::Bool => next.not_equal(this),
                DType::F32 | DType::F64 | DType::I64 | DType::U8 => next - this,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn of_any_order() {
        let x = Tensor::from([[1_i64, 4, 9], [0, 0, 1]]);
        assert_eq!(x.diff_with(2, 1).to_vec::<i64>().unwrap(), [2, 1]);
        assert_eq!(x.diff_with(1, 0).to_vec::<i64>().unwrap(), [-1, -4, -8]);
        assert_eq!(x.diff_with(0, 0).shape(), [2, 3]);
        assert_eq!(x.diff_with(5, 1).shape(), [2, 0]);
        assert_eq!(
            Tensor::from([true, false])
                .diff_with(1, 0)
                .to_vec::<bool>()
                .unwrap(),
            [true]
        );
        assert!(
            x.diff_with(1, 2).error().is_some() && Tensor::from(1.0_f32).diff().error().is_some()
        );
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.diff_with(1, 0).shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].diff_with(2, 0).square(), &[&[4, 2]]);
    }
}
