//! In inference a convolution of sequences or images and the rectifier behind it: the convolution's last store writes what comes out.

use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::ConvOptions;
use crate::ops::nn::conv::Conv;
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::conv;
use nn_kernels::norm::Rectifier;

macro_rules! rules {
    ($($first:literal $axes:literal, $second:literal $rectifier:ident;)*) => { $(
        inventory::submit! {
            Rule {
                first: $first,
                second: $second,
                recorded: false,
                sole: true,
                waits: |_| true,
                fuse: |pair| fuse::<$axes>(pair, Rectifier::$rectifier),
            }
        }
    )* };
}

rules! {
    "conv1d" 1, "relu" Relu;
    "conv1d" 1, "relu6" Relu6;
    "conv2d" 2, "relu" Relu;
    "conv2d" 2, "relu6" Relu6;
}

fn fuse<const N: usize>(pair: &Pair<'_>, rectifier: Rectifier) -> Option<OpHandle> {
    let Conv::<N>(options) = *pair.first.downcast()?;
    Some(OpHandle::new(ConvRelu { options, rectifier }))
}

/// Inputs: those of the convolution.
struct ConvRelu<const N: usize> {
    options: ConvOptions<N>,
    rectifier: Rectifier,
}

impl<const N: usize> Op for ConvRelu<N> {
    fn name(&self) -> &'static str {
        "conv_relu"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Conv(self.options).infer(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [x, kernel] = [0, 1].map(|i| &inputs[i]);
        let geometry = self
            .options
            .geometry(x.raw_shape(), kernel.raw_shape(), &shape)?;
        let images = geometry
            .as_images()
            .expect("sequences and images are one pixel deep");
        Ok(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let bias = inputs.get(2).map(Tensor::data);
                conv::forward_rectified(images, x.data(), kernel.data(), bias, self.rectifier, out);
            }))
            .into(),
        )
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
