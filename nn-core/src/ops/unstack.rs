//! A tensor taken apart along an axis.

use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The `n` tensors along an axis of size `n` (counted from the end if negative), without that axis: the reverse of
    /// [`crate::ops::stack`].
    ///
    /// An axis whose size is not known cannot be taken apart. What fails is one failed tensor.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let sequence = Tensor::zeros([8, 5, 3]); // `[batch, time, features]`
    /// for step in sequence.unstack(1) {
    ///     assert_eq!(step.shape(), [8, 3]);
    /// }
    /// ```
    #[track_caller]
    pub fn unstack(&self, axis: isize) -> Vec<Tensor> {
        let shape = self.raw_shape();
        match shape.axis(axis) {
            Err(error) => vec![self.fail("unstack", error)],
            Ok(i) if !is_known(shape[i]) => vec![self.fail("unstack", Error::shape(format!(
                "axis {axis} of {shape} cannot be unstacked: its size is not known yet; give it a number in the shape that the model is built with"
            )))],
            Ok(i) => (0..shape[i] as isize).map(|k| self.index_axis(i as isize, k)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::stack;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn reverses_stack() {
        let x = Tensor::arange(12).reshape([2, 3, 2]);
        for axis in [0, 1, -1] {
            assert_eq!(
                stack(x.unstack(axis), axis).to_vec::<i64>().unwrap(),
                x.to_vec::<i64>().unwrap()
            );
        }
        let x = Tensor::abstract_of([UNKNOWN, 2], DType::F32);
        assert_eq!(x.unstack(1)[1].shape().to_string(), "[_]");
        let e = x.unstack(0)[0].clone().ok().unwrap_err().to_string();
        assert!(e.contains("axis 0 of [_, 2] cannot be unstacked"), "{e}");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0].unstack(1)[0] * &x[0].unstack(1)[2], &[&[2, 3]]);
    }
}
