//! Euclidean norms over axes.

use crate::Tensor;
use crate::ops::elementwise::{float, where_};
use crate::ops::reduce::reduction::Axes;

#[track_caller]
fn norm(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    let axes = match axes {
        Axes::All => (0..x.raw_shape().rank() as isize).collect(),
        Axes::Some(axes) => axes,
    };
    let squares = float(x).square().sum_axes(&axes, keepdims);
    root(&squares).named("norm", &[x])
}

/// The root of sums of squares. At 0 its slope is ∞ and that of the squares 0; there is a minimum, so the root is not asked.
#[track_caller]
pub(super) fn root(squares: &Tensor) -> Tensor {
    let zero = squares.equal(0.0);
    where_(&zero, 0.0, where_(&zero, 1.0, squares).sqrt())
}

impl Tensor {
    /// The Euclidean norm `√(Σ x²)` of all elements, a scalar, as Keras's `ops.norm`. Its gradient is `x / norm`, and 0 where all
    /// elements are 0. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, -4.0]).norm().item::<f32>()?, 5.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn norm(&self) -> Tensor {
        norm(self, Axes::All, false)
    }

    /// The Euclidean norm over one axis (counted from the end if negative), which is dropped: the lengths of the rows of a matrix.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let rows = Tensor::from([[3.0_f32, 4.0], [0.0, 2.0]]);
    /// assert_eq!(rows.norm_axis(-1).to_vec::<f32>()?, [5.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn norm_axis(&self, axis: isize) -> Tensor {
        norm(self, Axes::of([axis]), false)
    }

    /// The Euclidean norm over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).norm_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn norm_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        norm(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn is_flat_at_zero() {
        let x = Tensor::from([[0.0_f32, 0.0], [3.0, -4.0]]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = x.norm_axis(1);
        assert_eq!(y.data::<f32>(), [0.0, 5.0]);
        let g = tape.gradient(&y, &x).unwrap();
        assert_eq!(g.data::<f32>(), [0.0, 0.0, 0.6, -0.8]);
    }

    #[test]
    fn nan_stays_and_integers_are_floats() {
        let of = |x: [f32; 2]| Tensor::from(x).norm().item::<f32>().unwrap();
        assert!(of([f32::NAN, 0.0]).is_nan());
        assert_eq!(of([f32::INFINITY, 0.0]), f32::INFINITY);
        assert_eq!(Tensor::zeros([0]).norm().item::<f32>().unwrap(), 0.0);
        let bytes = Tensor::from([200_u8, 150]);
        assert_eq!(bytes.norm().item::<f32>().unwrap(), 250.0);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].norm(), &[&[2, 3]]);
        check_gradient(|x| x[0].norm_axes([0, 2], false), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].norm_axes([1], true) * &x[0], &[&[2, 3]]);
    }
}
