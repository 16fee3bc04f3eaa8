//! Standard deviations over axes.

use crate::Tensor;
use crate::ops::reduce::norm::root;
use crate::ops::reduce::reduction::Axes;
use crate::ops::reduce::var::var;

#[track_caller]
fn std(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    root(&var(x, axes, keepdims)).named("std", &[x])
}

impl Tensor {
    /// The standard deviation of all elements, the root of [`Tensor::var`]; a scalar.
    ///
    /// Its gradient is 0 where all elements are the same: there it is least.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 5.0]).std().item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn std(&self) -> Tensor {
        std(self, Axes::All, false)
    }

    /// The standard deviation over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn std_axis(&self, axis: isize) -> Tensor {
        std(self, Axes::of([axis]), false)
    }

    /// The standard deviation over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).std_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn std_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        std(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn is_flat_where_all_elements_are_the_same() {
        let x = Tensor::from([[2.0_f32, 2.0], [1.0, 5.0]]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = x.std_axis(1);
        assert_eq!(y.data::<f32>(), [0.0, 2.0]);
        let g = tape.gradient(&y, &x).unwrap();
        assert_eq!(g.data::<f32>(), [0.0, 0.0, -0.5, 0.5]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].std(), &[&[2, 3]]);
        check_gradient(|x| x[0].std_axes([1], true) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].std_axis(0), &[&[3, 2]]);
    }
}
