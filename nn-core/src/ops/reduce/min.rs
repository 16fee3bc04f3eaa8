//! The least element along axes.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::reduce::max_min;
use crate::ops::reduce::reduction::Reduce;
use crate::ops::reduce::reduction::{Axes, Reduction, reduce};
use nn_kernels::reduce::Kind;

static MIN: Reduction = Reduction {
    name: "min",
    kind: Kind::Min,
    keeps: Keeps::ALL,
    gradient: max_min::shared,
};

by_name!("min", by_name::number, |a| Reduce::of(&MIN, a)?);

impl Tensor {
    /// The least of all elements, a scalar; NaN if any is NaN. Of no elements it is an error.
    ///
    /// Equal elements share the gradient evenly, as in JAX.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 5.0, 2.0]).min().item::<f32>()?, 1.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn min(&self) -> Tensor {
        reduce(&MIN, self, Axes::All, false).cast(self.dtype())
    }

    /// The least along one axis (counted from the end if negative), which is dropped.
    #[doc(alias = "amin")]
    #[track_caller]
    pub fn min_axis(&self, axis: isize) -> Tensor {
        reduce(&MIN, self, Axes::of([axis]), false).cast(self.dtype())
    }

    /// The least along several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).min_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn min_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        reduce(&MIN, self, Axes::of(axes), keepdims).cast(self.dtype())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn of_every_type_with_nan_and_of_nothing() {
        let x = Tensor::from([[1_i64, 2], [3, 5]]);
        assert_eq!(x.min_axis(0).to_vec::<i64>().unwrap(), [1, 2]);
        assert_eq!(Tensor::from([3_u8, 200]).min().item::<u8>().unwrap(), 3);
        assert!(
            Tensor::from([1.0, f32::NAN, 2.0])
                .min()
                .item::<f32>()
                .unwrap()
                .is_nan()
        );
        let e = Tensor::zeros([0, 2])
            .min_axis(0)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the min of no elements"), "{e}");
    }

    #[test]
    fn ties_share_the_gradient() {
        let x = Tensor::from([[2.0_f32, 2.0], [1.0, 3.0]]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.min_axis(1), &x).unwrap();
        assert_eq!(g.to_vec::<f32>().unwrap(), [0.5, 0.5, 1.0, 0.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].min().square(), &[&[2, 3]]);
        check_gradient(|x| x[0].min_axes([0, 2], false).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].min_axes([1], true) * &x[0], &[&[2, 3]]);
    }
}
