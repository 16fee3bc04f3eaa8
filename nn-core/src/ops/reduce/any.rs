//! Whether any element is true.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::ops::reduce::logical_reduction::ReduceLogical;
use crate::ops::reduce::logical_reduction::{LogicalReduction, reduce_logical};
use crate::ops::reduce::reduction::Axes;
use nn_kernels::reduce as kernel;

static ANY: LogicalReduction = LogicalReduction {
    name: "any",
    kernel: kernel::any,
};

by_name!("any", by_name::one, |a| ReduceLogical::of(&ANY, a)?);

impl Tensor {
    /// Whether any element is true, a `bool` scalar; false of none. Numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([true, false]).any().item::<bool>()?, true);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn any(&self) -> Tensor {
        reduce_logical(&ANY, self, Axes::All, false)
    }

    /// Whether any element is true along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn any_axis(&self, axis: isize) -> Tensor {
        reduce_logical(&ANY, self, Axes::of([axis]), false)
    }

    /// Whether any element is true along several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).any_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn any_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        reduce_logical(&ANY, self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axes() {
        let x = Tensor::from([[0.0_f32, 2.0], [0.0, 0.0]]);
        assert_eq!(x.any_axis(1).to_vec::<bool>().unwrap(), [true, false]);
        assert_eq!(
            x.equal(0.0).any_axes([0], false).to_vec::<bool>().unwrap(),
            [true, true]
        );
        assert!(!Tensor::zeros([0]).any().item::<bool>().unwrap());
        assert!(x.any_axis(2).error().is_some());
    }
}
