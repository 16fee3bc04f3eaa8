//! A convolution that waits for the normalization behind it.

use crate::tensor::Recipe;
use crate::{Element, Shape, Tensor, with_float};
use nn_kernels::conv::{self, Conv2d};
use nn_kernels::gemm::Gemm;
use nn_kernels::norm::Scaling;

/// A convolution that is not computed yet. While no tape watches, a normalization that finds the recipe of its input ([`Normalized`])
/// computes both at once, without a pass over memory of its own.
///
/// [`Normalized`]: crate::ops::nn::normalized::Normalized
pub(crate) struct Convolved {
    pub geometry: Conv2d,
    pub x: Tensor,
    pub kernel: Tensor,
    pub bias: Option<Tensor>,
    pub shape: Shape,
}

impl Convolved {
    /// The normalized value, with numbers below 0 cut if `relu`.
    pub fn normalized<T: Element + Gemm>(&self, by: &Scaling<T>, relu: bool, out: &mut [T]) {
        let bias = self.bias.as_ref().map(Tensor::data);
        conv::forward_normalized(
            &self.geometry,
            self.x.data(),
            self.kernel.data(),
            bias,
            by,
            relu,
            out,
        );
    }
}

impl Recipe for Convolved {
    fn compute(&self) -> Tensor {
        with_float!(self.x.dtype(), T => Tensor::build(self.shape, |out: &mut [T]| {
            let bias = self.bias.as_ref().map(Tensor::data);
            conv::forward(&self.geometry, self.x.data(), self.kernel.data(), bias, out);
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::{Conv2dOptions, batch_norm_inference, conv2d};
    use crate::{DType, GradientTape, Tensor};

    /// Values that depend on nothing but the index.
    fn numbers(shape: [usize; 4]) -> Tensor {
        let n = shape.iter().product::<usize>();
        let all = (Tensor::arange(n).cast(DType::F32) * 1.7).sin();
        all.reshape(shape)
    }

    #[test]
    fn whoever_reads_it_gets_the_same() {
        let (x, kernel) = (numbers([2, 7, 6, 16]), numbers([3, 3, 16, 16]));
        let channel = |from: f32| 0.1 * Tensor::arange(16).cast(DType::F32) + from;
        let normalize = |y: &Tensor| {
            let (mean, variance) = (channel(-1.0), channel(0.5));
            batch_norm_inference(y, channel(0.3), channel(-0.6), mean, variance, 1e-3)
        };
        let convolve = || conv2d(&x, &kernel, Conv2dOptions::default());
        let values = |t: Tensor| t.to_vec::<f32>().unwrap();

        // With a tape, nothing waits.
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = convolve();
        let expected = [normalize(&y), normalize(&y).relu()].map(values);
        drop(tape);
        assert!(expected[1].contains(&0.0) && expected[0] != expected[1]);

        assert_eq!(values(normalize(&convolve())), expected[0]);
        assert_eq!(values(normalize(&convolve()).relu()), expected[1]);
        // Read by others too, before and after.
        let y = convolve();
        let normalized = normalize(&y);
        assert_eq!(values(normalized.relu()), expected[1]);
        assert_eq!(values(normalized), expected[0]);
        assert_eq!(values(y), values(convolve()));
    }

    #[test]
    fn a_change_of_the_input_comes_too_late() {
        let (mut x, kernel) = (Tensor::ones([1, 3, 3, 1]), Tensor::ones([3, 3, 1, 1]));
        let y = conv2d(&x, &kernel, Conv2dOptions::default());
        x.data_mut::<f32>().unwrap().fill(5.0);
        assert_eq!(y.item::<f32>().unwrap(), 9.0);
    }
}
