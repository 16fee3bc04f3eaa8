//! A softmax with zeros.

use crate::ops::elementwise::{float, where_};
use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The nearest point to the elements along an axis (counted from the end if negative) whose coordinates are not negative and sum to 1
    /// (Martins and Astudillo 2016): as a softmax in which the least become 0. Keras's default is `sparsemax(-1)`; where more than one stays above 0,
    /// Keras 3.15 subtracts too much (it adds up the running sums), and its results do not sum to 1. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32, 1.5, -1.0]).sparsemax(-1).to_vec::<f32>()?, [0.75, 0.25, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sparsemax(&self, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        let n = match shape.axis(axis).map(|axis| shape[axis]) {
            _ if self.error().is_some() => return self.clone(),
            Ok(0) => return float(self),
            Ok(n) if is_known(n) => n,
            Ok(_) => {
                let message = format!(
                    "sparsemax needs an axis of a known size, found axis {axis} of {shape}"
                );
                return self.fail("sparsemax", Error::shape(message));
            }
            Err(error) => return self.fail("sparsemax", error),
        };
        let x = float(self).swapaxes(axis, -1);
        // The result is the same for all moved together; beside a number of 2²⁴ or more the 1 would be lost.
        let x = &x - x.max_axes([-1], true).stop_gradient();
        let sorted = x.sort_with(-1, true);
        let ranks = (Tensor::arange(n) + 1).cast(x.dtype());
        // Those that stay above 0 when all of them are moved down together.
        let stays = (&sorted * ranks + 1.0).greater(sorted.cumsum(-1));
        // Not a product: what is left out may be -∞.
        let excess = where_(&stays, &sorted, 0.0).sum_axes([-1], true) - 1.0;
        let down = excess / stays.cast(x.dtype()).sum_axes([-1], true);
        (x - down).relu().swapaxes(axis, -1)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn what_is_masked_gets_nothing() {
        let inf = f32::INFINITY;
        let y = Tensor::from([[-inf, 1.0, 2.0], [0.0, -inf, -inf]]).sparsemax(-1);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn sums_to_one_along_any_axis() {
        let y = Tensor::from([[0.5, 3.0], [0.4, -2.0]]).sparsemax(0);
        let expected = [0.55, 1.0, 0.45, 0.0];
        assert!(
            y.data::<f64>()
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-15)
        );
        let whole = Tensor::from([1, 1, -5]).sparsemax(0);
        assert_eq!(whole.to_vec::<f32>().unwrap(), [0.5, 0.5, 0.0]);
    }

    #[test]
    fn large_numbers_are_nothing_special() {
        for scale in [2e7_f32, 1e10, -1e30] {
            let y = Tensor::from([[scale, 1.5 * scale, 0.0]]).sparsemax(-1);
            let expected = if scale > 0.0 {
                [0.0, 1.0, 0.0]
            } else {
                [0.0, 0.0, 1.0]
            };
            assert_eq!(y.to_vec::<f32>().unwrap(), expected);
        }
        let y = Tensor::from([1e8_f32, 1e8]).sparsemax(-1);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.5, 0.5]);
        assert_eq!(Tensor::zeros([2, 0]).sparsemax(-1).shape(), [2, 0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sparsemax(1), &[&[2, 4]]);
    }
}
