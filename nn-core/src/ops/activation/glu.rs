//! The gated linear unit.

use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The first half along an axis (counted from the end if negative), gated by the second: `a · sigmoid(b)` (Dauphin et al. 2017). The
    /// axis halves; one of an odd size is an error. Keras's default is `glu(-1)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([2.0_f32, 4.0, 0.0, 0.0]).glu(-1);
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn glu(&self, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        match shape.axis(axis).map(|axis| shape[axis]) {
            _ if self.error().is_some() => self.clone(),
            Ok(n) if is_known(n) && n % 2 == 0 => {
                self.slice_axis(axis, 0..n / 2) * self.slice_axis(axis, n / 2..).sigmoid()
            }
            Ok(_) => {
                let message =
                    format!("glu halves axis {axis}, which needs a known even size, found {shape}");
                self.fail("glu", Error::shape(message))
            }
            Err(error) => self.fail("glu", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn odd_sizes_are_refused() {
        assert!(
            Tensor::ones([3]).glu(0).error().is_some()
                && Tensor::ones([2]).glu(1).error().is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].glu(0), &[&[4, 2]]);
    }
}
