//! In inference a convolution, the normalization behind it, and a rectifier behind that: the last store of the convolution writes what comes
//! out at the end.

use super::batch_norm_relu::BatchNormRelu;
use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::Conv2dOptions;
use crate::ops::nn::batch_norm_inference::{BatchNormInference, with_scaling};
use crate::ops::nn::conv::Conv;
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::conv;
use nn_kernels::norm::Rectifier;

inventory::submit! {
    Rule {
        first: "conv2d",
        second: "batch_norm_inference",
        recorded: false,
        sole: true,
        waits: |_| true,
        fuse,
    }
}

inventory::submit! {
    Rule {
        first: "conv2d",
        second: "batch_norm_relu",
        recorded: false,
        sole: true,
        waits: |_| true,
        fuse,
    }
}

inventory::submit! {
    Rule {
        first: "conv2d",
        second: "batch_norm_relu6",
        recorded: false,
        sole: true,
        waits: |_| true,
        fuse,
    }
}

fn fuse(pair: &Pair<'_>) -> Option<OpHandle> {
    let Conv::<2>(options) = *pair.first.downcast()?;
    let plain = pair.second.downcast::<BatchNormInference>();
    let rectified = pair.second.downcast::<BatchNormRelu>();
    let epsilon = plain
        .map(|op| op.epsilon)
        .or(rectified.map(|op| op.epsilon))?;
    let rectifier = rectified.map_or(Rectifier::None, |op| op.rectifier);
    (pair.place == 0).then(|| {
        OpHandle::new(Conv2dBatchNorm {
            options,
            epsilon,
            rectifier,
        })
    })
}

/// Inputs: those of the convolution, then gamma, beta, mean, variance.
struct Conv2dBatchNorm {
    options: Conv2dOptions,
    epsilon: f64,
    rectifier: Rectifier,
}

impl Op for Conv2dBatchNorm {
    fn name(&self) -> &'static str {
        "conv2d_batch_norm"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Conv(self.options).infer(&inputs[..inputs.len() - 4])
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (of_conv, [gamma, beta, mean, variance]) = inputs.split_last_chunk().expect("four");
        let [x, kernel] = [0, 1].map(|i| &of_conv[i]);
        let geometry = self
            .options
            .geometry(x.raw_shape(), kernel.raw_shape(), &shape)?;
        let images = geometry.as_images().expect("images are one pixel deep");
        Ok(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                with_scaling([gamma, beta, mean, variance], self.epsilon, |by| {
                    let bias = of_conv.get(2).map(Tensor::data);
                    conv::forward_normalized(images, x.data(), kernel.data(), bias, by, self.rectifier, out);
                });
            }))
            .into(),
        )
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
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
