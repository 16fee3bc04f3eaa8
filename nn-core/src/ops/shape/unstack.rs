//! A tensor taken apart along an axis.

use crate::autodiff::tape;
use crate::ops::shape::split::pieces;
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
            Ok(i) if self.is_abstract() || !tape::is_recording() => {
                (0..shape[i] as isize).map(|k| self.index_axis(i as isize, k)).collect()
            }
            Ok(i) => {
                // The axis first, so that the pieces share memory.
                let others = (0..shape.rank()).filter(|&axis| axis != i);
                let axes: Vec<isize> = [i].into_iter().chain(others).map(|axis| axis as isize).collect();
                let front = if i == 0 { self.clone() } else { self.transpose(axes) };
                let steps = pieces(&front, 0, &vec![1; shape[i]]);
                steps.into_iter().map(|step| step.reshape(shape.without(i))).collect()
            }
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
        let ends = |x: &[Tensor]| {
            let steps = x[0].unstack(-2);
            &steps[0] * &steps[6] + steps[3].square()
        };
        check_gradient(ends, &[&[2, 7, 2]]);
    }
}
