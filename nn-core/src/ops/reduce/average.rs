//! Weighted means.

use crate::ops::elementwise::float;
use crate::{Error, Tensor};

impl Tensor {
    /// The mean of all elements with weights: `Σ w x / Σ w`. The weights have the tensor's shape. Without weights it is
    /// [`Tensor::mean`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(x.average(&Tensor::from([3.0_f32, 1.0])).item::<f32>()?, 1.25);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn average(&self, weights: &Tensor) -> Tensor {
        if self.error().is_none()
            && weights.error().is_none()
            && self.raw_shape() != weights.raw_shape()
        {
            let message = format!(
                "average of {} needs weights of the same shape, found {}; `average_axis` takes one weight for each place of an axis",
                self.raw_shape(),
                weights.raw_shape()
            );
            return self.fail("average", Error::shape(message));
        }
        let weights = float(weights);
        (self * &weights).sum() / weights.sum()
    }

    /// The mean along one axis (counted from the end if negative), which is dropped, with weights: of the tensor's shape, or a vector of
    /// one for each place of the axis.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let y = x.average_axis(1, &Tensor::from([1.0_f32, 3.0]));
    /// assert_eq!(y.to_vec::<f32>()?, [1.75, 3.75]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn average_axis(&self, axis: isize, weights: &Tensor) -> Tensor {
        if let Some(failed) = [self, weights].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let shape = *self.raw_shape();
        let place = match shape.axis(axis) {
            Ok(place) => place,
            Err(error) => return self.fail("average", error),
        };
        let weights = match weights.raw_shape()[..] {
            [n] if shape.rank() != 1 => {
                let mut aligned = vec![1; shape.rank()];
                aligned[place] = n;
                weights.reshape(aligned)
            }
            _ => weights.clone(),
        };
        let (fits, w) = (weights.raw_shape().broadcast(&shape), weights.raw_shape());
        if fits != Some(shape) || w[place] != shape[place] {
            let message = format!(
                "average along axis {axis} of {shape} needs weights for its places, found {w}"
            );
            return self.fail("average", Error::shape(message));
        }
        let weights = float(&weights);
        (self * &weights).sum_axis(axis) / weights.sum_axis(axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn errors() {
        let x = Tensor::ones([2, 3]);
        assert!(x.average(&Tensor::ones([3])).error().is_some());
        assert!(x.average_axis(0, &Tensor::ones([3])).error().is_some());
        assert!(x.average_axis(2, &Tensor::ones([3])).error().is_some());
        assert_eq!(
            x.average_axis(0, &Tensor::from([1_i64, 3]))
                .to_vec::<f32>()
                .unwrap(),
            [1.0; 3]
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].average(&x[1].square()), &[&[3], &[3]]);
        check_gradient(|x| x[0].average_axis(0, &x[1].square()), &[&[2, 3], &[2]]);
    }
}
