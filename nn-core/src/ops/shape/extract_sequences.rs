//! Frames of signals.

use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The stretches of `length` elements of the last axis that begin every `stride` ones: `[.., n]` to `[.., frames, length]` with
    /// `(n - length) / stride + 1` frames.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::arange(5).extract_sequences(3, 2).to_vec::<i64>()?, [0, 1, 2, 2, 3, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn extract_sequences(&self, length: usize, stride: usize) -> Tensor {
        match self.raw_shape().last() {
            _ if self.error().is_some() => self.clone(),
            Some(&n) if is_known(n) && n >= length && length > 0 && stride > 0 => {
                let starts = Tensor::arange((n - length) / stride + 1) * stride;
                self.take(&(starts.expand_dims(-1) + Tensor::arange(length)), -1)
            }
            _ => {
                let message = format!(
                    "frames of {length} elements every {stride}, both from 1 on, do not fit into the last axis of {}",
                    self.raw_shape()
                );
                self.fail("extract_sequences", Error::shape(message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = Tensor::ones([2, 5]);
        assert_eq!(x.extract_sequences(5, 9).shape(), [2, 1, 5]);
        for (length, stride) in [(6, 1), (0, 1), (2, 0)] {
            assert!(x.extract_sequences(length, stride).error().is_some());
        }
        assert!(
            Tensor::from(1.0_f32)
                .extract_sequences(1, 1)
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].extract_sequences(2, 1).square(), &[&[2, 4]]);
    }
}
