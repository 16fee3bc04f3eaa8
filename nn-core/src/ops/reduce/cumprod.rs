//! Running products.

use crate::ops::reduce::reduction::summable;
use crate::ops::shape::along::along;
use crate::ops::shape::concatenate;
use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The running product along an axis (counted from the end if negative): `yᵢ = x₀ · … · xᵢ`. Bytes and truth values are multiplied
    /// as `i64`. The axis has a known size. Without an axis, `None`, it runs over all elements one after the other, `[n]`.
    ///
    /// Its gradient is exact where elements are 0, too.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).cumprod(0).to_vec::<i64>()?, [1, 2, 6]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cumprod(&self, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let shape = *x.raw_shape();
        let n = match shape.axis(axis) {
            _ if self.error().is_some() => return self.clone(),
            Ok(i) if is_known(shape[i]) => shape[i],
            Ok(_) => {
                let message =
                    format!("cumprod needs an axis of a known size, found axis {axis} of {shape}");
                return self.fail("cumprod", Error::shape(message));
            }
            Err(error) => return self.fail("cumprod", error),
        };
        let mut y = x.cast(summable(x.dtype()));
        // Products of the last 1, 2, 4, 8 … elements (Hillis and Steele 1986): no division, which a 0 would forbid.
        let mut reach = 1;
        while reach < n {
            let first = y.slice_axis(axis, 0..reach);
            let rest = y.slice_axis(axis, reach..) * y.slice_axis(axis, 0..n - reach);
            y = concatenate([first, rest], axis);
            reach *= 2;
        }
        y
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn along_any_axis() {
        let x = Tensor::from([[1_u8, 2, 3], [4, 5, 60]]);
        assert_eq!(
            x.cumprod(-1).to_vec::<i64>().unwrap(),
            [1, 2, 6, 4, 20, 1200]
        );
        assert_eq!(x.cumprod(0).to_vec::<i64>().unwrap(), [1, 2, 3, 4, 10, 180]);
        assert_eq!(Tensor::zeros([0]).cumprod(0).shape(), [0]);
        assert!(x.cumprod(2).error().is_some());
        let all = x.cumprod(None).to_vec::<i64>().unwrap();
        assert_eq!(all, [1, 2, 6, 24, 120, 7200]);
    }

    #[test]
    fn zeros_have_a_gradient() {
        let x = Tensor::from([2.0_f32, 0.0, 3.0, 0.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.cumprod(0).sum(), &x).unwrap();
        assert_eq!(g.to_vec::<f32>().unwrap(), [1.0, 8.0, 0.0, 0.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].cumprod(1), &[&[2, 5]]);
        check_gradient(|x| x[0].cumprod(None), &[&[2, 2]]);
    }
}
