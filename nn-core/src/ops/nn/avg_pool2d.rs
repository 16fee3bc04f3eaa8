//! The mean of every window of an image.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::nn::max_pool2d::{placed, pooled, pools};
use crate::ops::nn::padding::Windows;
use crate::{Padding, Result, Shape, Tensor, with_float};
use nn_kernels::pool;

struct AvgPool2d(Windows);

/// Every number of the upstream gradient shared among the pixels of its window.
struct AvgPool2dGradient {
    windows: Windows,
    x: Shape,
}

impl Op for AvgPool2d {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok(pooled("avg_pool2d", &self.0, &inputs[0])?.into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let windows = placed(&self.0, inputs[0].raw_shape(), &shape);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                pool::average_pool(inputs[0].data(), &windows, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = AvgPool2dGradient {
            windows: self.0,
            x: *at.inputs[0].raw_shape(),
        };
        Ok(vec![Some(apply(op, std::slice::from_ref(at.upstream())))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

impl Op for AvgPool2dGradient {
    fn name(&self) -> &'static str {
        "avg_pool2d_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.x, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let windows = placed(&self.windows, &self.x, inputs[0].raw_shape());
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                pool::average_pool_backward(inputs[0].data(), &windows, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(apply(
            AvgPool2d(self.windows),
            std::slice::from_ref(at.upstream()),
        ))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// The mean of every window and channel, as Keras's `ops.average_pool`; pairs are (vertical, horizontal).
///
/// Shapes: `[batch, height, width, channels]` to the same with fewer pixels, those of [`crate::ops::pool2d_shape`]. What a window covers
/// beyond the image is left out of sum and count. A rank other than 4, and an image on which no window fits, are
/// errors.
///
/// ```
/// use nn_core::{Padding, Tensor, ops::avg_pool2d};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 4.0]).reshape([1, 2, 2, 1]);
/// assert_eq!(avg_pool2d(&x, [2, 2], [2, 2], Padding::Valid).to_vec::<f32>()?, [3.0]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[track_caller]
pub fn avg_pool2d(x: &Tensor, pool: [usize; 2], strides: [usize; 2], padding: Padding) -> Tensor {
    apply(
        AvgPool2d(pools(pool, strides, padding)),
        std::slice::from_ref(x),
    )
}

#[cfg(test)]
mod tests {
    use crate::ops::nn::avg_pool2d;
    use crate::testing::check_gradient;
    use crate::{DType, Padding, Tensor, UNKNOWN};

    #[test]
    fn padding_does_not_count() {
        let x = Tensor::from([1.0_f32, 2.0, 4.0]).reshape([1, 1, 3, 1]);
        let y = avg_pool2d(&x, [2, 2], [1, 2], Padding::Same);
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.5, 4.0]);
        let x = Tensor::abstract_of([UNKNOWN, 8, 8, 3], DType::F32);
        assert_eq!(
            avg_pool2d(&x, [2, 2], [2, 2], Padding::Valid)
                .shape()
                .to_string(),
            "[_, 4, 4, 3]"
        );
        let e = avg_pool2d(&x, [9, 1], [1, 1], Padding::Valid)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("avg_pool2d with a window of 9 × 1 leaves no pixel of 8 × 8"),
            "{e}"
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| avg_pool2d(&x[0], [2, 2], [2, 2], Padding::Valid).square(),
            &[&[2, 4, 5, 2]],
        );
        check_gradient(
            |x| avg_pool2d(&x[0], [3, 2], [2, 1], Padding::Same).square(),
            &[&[1, 3, 4, 2]],
        );
    }
}
