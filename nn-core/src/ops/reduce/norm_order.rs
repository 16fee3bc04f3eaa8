//! Norms of any order.

use crate::Tensor;
use crate::ops::elementwise::{float, where_};

impl Tensor {
    /// The norm of order `p` of the vectors along an axis (counted from the end if negative): `(Σ |x|ᵖ)^(1/p)`. Order ∞ is the greatest
    /// magnitude, -∞ the least, 0 how many elements are not 0. `keepdims` leaves the axis with size 1. Integers are taken as `f32`.
    ///
    /// The gradient of an element that is 0 is 0. [`Tensor::norm_axis`] is the norm of order 2.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, -2.0, 0.0]);
    /// assert_eq!(x.norm_order(1.0, 0, false).item::<f32>()?, 3.0);
    /// assert_eq!(x.norm_order(f64::INFINITY, 0, false).item::<f32>()?, 2.0);
    /// assert_eq!(x.norm_order(0.0, 0, false).item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn norm_order(&self, p: f64, axis: isize, keepdims: bool) -> Tensor {
        let x = float(self);
        let magnitudes = x.abs();
        let norm = match p {
            0.0 => x.not_equal(0.0).sum_axes([axis], keepdims).cast(x.dtype()),
            1.0 => magnitudes.sum_axes([axis], keepdims),
            2.0 => x.norm_axes([axis], keepdims),
            f64::INFINITY => magnitudes.max_axes([axis], keepdims),
            f64::NEG_INFINITY => magnitudes.min_axes([axis], keepdims),
            _ => {
                let powers = match p < 1.0 {
                    true => {
                        let zero = magnitudes.equal(0.0);
                        where_(
                            &zero,
                            0.0_f64.powf(p),
                            where_(&zero, 1.0, &magnitudes).pow(p),
                        )
                    }
                    false => magnitudes.pow(p),
                };
                let sum = powers.sum_axes([axis], keepdims);
                // Neither a power below 1 nor the root of 0 has a slope that is a number.
                let zero = sum.equal(0.0).logical_and(Tensor::from(p > 0.0));
                where_(&zero, 0.0, where_(&zero, 1.0, &sum).pow(1.0 / p))
            }
        };
        norm.named("norm_order", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_close, check_gradient};
    use crate::{GradientTape, Tensor};

    #[test]
    fn of_zero_and_of_any_axis() {
        let x = Tensor::from([[0.0_f64, 3.0], [0.0, -4.0]]);
        assert_eq!(x.norm_order(3.0, 0, false).data::<f64>()[0], 0.0);
        assert_eq!(
            x.norm_order(f64::NEG_INFINITY, -1, true)
                .to_vec::<f64>()
                .unwrap(),
            [0.0, 0.0]
        );
        assert_eq!(
            x.norm_order(-1.0, 1, false).to_vec::<f64>().unwrap(),
            [0.0, 0.0]
        );
        assert!(x.norm_order(1.0, 2, false).error().is_some());
    }

    #[test]
    fn is_flat_where_an_element_is_zero() {
        let x = Tensor::from([[0.0_f64, 0.0], [0.0, 4.0]]);
        for (p, slope) in [
            (-1.0, 0.0),
            (0.25, 1.0),
            (0.5, 1.0),
            (1.0, 1.0),
            (1.5, 1.0),
            (2.0, 1.0),
            (3.0, 1.0),
            (f64::INFINITY, 1.0),
        ] {
            let tape = GradientTape::new();
            tape.watch(&x);
            let y = x.norm_order(p, 1, false);
            let g = tape.gradient(&y, &x).unwrap();
            // Rounding of powers and roots.
            assert_close(&g, &Tensor::from([[0.0_f64, 0.0], [0.0, slope]]), 1e-14);
        }
    }

    #[test]
    fn gradient() {
        for p in [1.0, 2.0, 3.0, 0.5, f64::INFINITY] {
            check_gradient(|x| x[0].norm_order(p, 1, true) * &x[0], &[&[2, 3]]);
        }
    }
}
