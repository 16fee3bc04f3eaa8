//! Whether all elements are true.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::reduce::logical_reduction::ReduceLogical;
use crate::ops::reduce::logical_reduction::{LogicalReduction, reduce_logical};
use crate::ops::reduce::reduction::Axes;
use nn_kernels::reduce as kernel;

static ALL: LogicalReduction = LogicalReduction {
    name: "all",
    kernel: kernel::all,
};

by_name!("all", by_name::one, |a| ReduceLogical::of(&ALL, a)?);

impl Tensor {
    /// Whether all elements are true, a `bool` scalar; true of none. Numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([true, false]).all().item::<bool>()?, false);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn all(&self) -> Tensor {
        reduce_logical(&ALL, self, Axes::All, false)
    }

    /// Whether all elements are true along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn all_axis(&self, axis: isize) -> Tensor {
        reduce_logical(&ALL, self, Axes::of([axis]), false)
    }

    /// Whether all elements are true along several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).all_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn all_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        reduce_logical(&ALL, self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axes() {
        let x = Tensor::from([[0.0_f32, 2.0], [0.0, 0.0]]);
        assert_eq!(x.all_axis(1).to_vec::<bool>().unwrap(), [false, false]);
        assert_eq!(
            x.equal(0.0).all_axes([0], false).to_vec::<bool>().unwrap(),
            [true, false]
        );
        assert!(Tensor::zeros([0]).all().item::<bool>().unwrap());
        assert!(x.all_axis(2).error().is_some());
    }
}
