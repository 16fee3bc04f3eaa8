//! Logarithms of sums of exponentials.

use crate::ops::elementwise::{float, where_};
use crate::ops::reduce::reduction::Axes;
use crate::{Tensor, no_gradient};

#[track_caller]
fn logsumexp(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    let given = x;
    let x = &float(x);
    let axes = match axes {
        Axes::All => (0..x.raw_shape().rank() as isize).collect(),
        Axes::Some(axes) => axes,
    };
    // Whatever is taken off before and added again after does not change the gradient. ∞ - ∞ would be NaN.
    let shift = no_gradient(|| {
        let max = x.max_axes(&axes, true);
        where_(max.isfinite(), &max, 0.0)
    });
    let sum = (x - &shift).exp().sum_axes(&axes, keepdims);
    // Of nothing but -∞ the logarithm is -∞, whatever is done to one of them a little: its slope is 0, where that of ln is ∞ and that
    // of exp 0. So ln is not asked.
    let nothing = sum.equal(0.0);
    let log = where_(
        &nothing,
        f64::NEG_INFINITY,
        where_(&nothing, 1.0, &sum).log(),
    );
    let shape = *log.raw_shape();
    (log + shift.reshape(shape)).named("logsumexp", &[given])
}

impl Tensor {
    /// `ln Σ eˣ` of all elements, without overflow; a scalar. Of nothing but -∞ it is -∞, with the gradient 0. Integers are taken as
    /// `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1000.0_f64, 1000.0]).logsumexp();
    /// assert_eq!(x.item::<f64>()?, 1000.0 + 2.0_f64.ln());
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logsumexp(&self) -> Tensor {
        logsumexp(self, Axes::All, false)
    }

    /// `ln Σ eˣ` over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn logsumexp_axis(&self, axis: isize) -> Tensor {
        logsumexp(self, Axes::of([axis]), false)
    }

    /// `ln Σ eˣ` over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).logsumexp_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn logsumexp_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        logsumexp(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn infinities_and_nan() {
        let of = |x: [f32; 2]| Tensor::from(x).logsumexp().item::<f32>().unwrap();
        assert_eq!(of([f32::NEG_INFINITY; 2]), f32::NEG_INFINITY);
        assert_eq!(of([f32::INFINITY, 1.0]), f32::INFINITY);
        assert_eq!(of([f32::NEG_INFINITY, -200.0]), -200.0);
        assert!(of([f32::NAN, 1.0]).is_nan());
        let whole = Tensor::from([0_u8, 200]).logsumexp();
        assert_eq!(whole.item::<f32>().unwrap(), 200.0);
    }

    #[test]
    fn over_nothing_but_minus_infinity_it_is_flat() {
        let x = Tensor::from([[f32::NEG_INFINITY; 2], [f32::NEG_INFINITY, 3.0], [1.0, 1.0]]);
        let tape = crate::GradientTape::new();
        tape.watch(&x);
        let y = x.logsumexp_axis(1);
        assert_eq!(y.data::<f32>()[..2], [f32::NEG_INFINITY, 3.0]);
        let g = tape.gradient(&y.slice(1..).sum(), &x);
        assert_eq!(g.unwrap().data::<f32>(), [0.0, 0.0, 0.0, 1.0, 0.5, 0.5]);
        let tape = crate::GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.logsumexp_axis(1), &x).unwrap();
        assert_eq!(g.data::<f32>(), [0.0, 0.0, 0.0, 1.0, 0.5, 0.5]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].logsumexp(), &[&[2, 3]]);
        check_gradient(|x| x[0].logsumexp_axes([0, 2], false), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].logsumexp_axes([1], true) * &x[0], &[&[2, 3]]);
    }
}
