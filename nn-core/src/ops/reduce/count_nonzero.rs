//! How many elements are not 0.

use crate::Tensor;
use crate::ops::reduce::reduction::Axes;

#[track_caller]
fn count(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    let counted = x.not_equal(0);
    let count = match axes {
        Axes::All => counted.sum(),
        Axes::Some(axes) => counted.sum_axes(axes, keepdims),
    };
    count.named("count_nonzero", &[x])
}

impl Tensor {
    /// How many elements are not 0, as an `i64` scalar. NaN is not 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 0.0, -2.0]).count_nonzero().item::<i64>()?, 2);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn count_nonzero(&self) -> Tensor {
        count(self, Axes::All, false)
    }

    /// How many elements are not 0 along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn count_nonzero_axis(&self, axis: isize) -> Tensor {
        count(self, Axes::of([axis]), false)
    }

    /// How many elements are not 0 along several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3]).count_nonzero_axes([1], true).to_vec::<i64>()?, [3, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn count_nonzero_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        count(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_every_type() {
        let x = Tensor::from([[true, false], [true, true]]);
        assert_eq!(x.count_nonzero_axis(0).to_vec::<i64>().unwrap(), [2, 1]);
        assert_eq!(
            Tensor::from([f32::NAN, -0.0])
                .count_nonzero()
                .item::<i64>()
                .unwrap(),
            1
        );
        assert_eq!(Tensor::zeros([0]).count_nonzero().item::<i64>().unwrap(), 0);
        assert!(x.count_nonzero_axis(2).error().is_some());
    }
}
