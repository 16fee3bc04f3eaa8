//! The mean of every window of a sequence, an image or a volume.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::nn::pools::Pools;
use crate::{Padding, Result, Shape, Tensor, with_float};
use nn_kernels::pool;

struct AvgPool<const N: usize>(Pools<N>);

/// Every number of the upstream gradient shared among the pixels of its window.
struct AvgPoolGradient<const N: usize> {
    pools: Pools<N>,
    x: Shape,
}

// What does not depend on the number of axes is apart from the ops, so that it is compiled once, and in this crate.

/// The means.
fn averaged(x: &Tensor, windows: &pool::Windows, expected: &Expected<'_>) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
            pool::average_pool(x.data(), windows, out);
        })),
    )
}

/// The upstream gradient, shared among pixels.
fn shared(dy: &Tensor, windows: &pool::Windows, expected: &Expected<'_>) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
            pool::average_pool_backward(dy.data(), windows, out);
        })),
    )
}

impl<const N: usize> Op for AvgPool<N> {
    fn name(&self) -> &'static str {
        self.0.name([
            ["avg_pool1d", "avg_pool2d", "avg_pool3d"],
            [
                "adaptive_avg_pool1d",
                "adaptive_avg_pool2d",
                "adaptive_avg_pool3d",
            ],
        ])
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok(self.0.pooled(self.name(), &inputs[0])?.into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let windows = self.0.placed(inputs[0].raw_shape(), &expected[0].shape);
        Ok(averaged(&inputs[0], &windows, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = AvgPoolGradient {
            pools: self.0,
            x: *at.inputs[0].raw_shape(),
        };
        Ok(vec![Some(apply(op, std::slice::from_ref(at.upstream())))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("avg_pool1d", by_name::float, |a| AvgPool(Pools::<1>::read(
    a
)?));
by_name!("avg_pool2d", by_name::float, |a| AvgPool(Pools::<2>::read(
    a
)?));
by_name!("avg_pool3d", by_name::float, |a| AvgPool(Pools::<3>::read(
    a
)?));
by_name!("adaptive_avg_pool1d", by_name::float, |a| AvgPool(Pools::<
    1,
>::read(
    a
)?));
by_name!("adaptive_avg_pool2d", by_name::float, |a| AvgPool(Pools::<
    2,
>::read(
    a
)?));
by_name!("adaptive_avg_pool3d", by_name::float, |a| AvgPool(Pools::<
    3,
>::read(
    a
)?));

impl<const N: usize> Op for AvgPoolGradient<N> {
    fn name(&self) -> &'static str {
        [
            "avg_pool1d_gradient",
            "avg_pool2d_gradient",
            "avg_pool3d_gradient",
        ][N - 1]
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.x, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let windows = self.pools.placed(&self.x, inputs[0].raw_shape());
        Ok(shared(&inputs[0], &windows, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(apply(
            AvgPool(self.pools),
            std::slice::from_ref(at.upstream()),
        ))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// The mean of every window and channel of a sequence, an image or a volume, as Keras's `ops.average_pool`.
///
/// Shapes: `[batch, time, channels]`, `[batch, height, width, channels]` or `[batch, depth, height, width, channels]`; the result has as
/// many pixels as windows of `pool` pixels fit, `strides` apart. What a window covers beyond the image is left out of sum and count.
/// Another rank, and an image on which no window fits, are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::avg_pool};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0]).reshape([1, 3, 1]);
/// assert_eq!(avg_pool(&x, [2], [2], Padding::Same).to_vec::<f32>()?, [3.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn avg_pool<const N: usize>(
    x: &Tensor,
    pool: [usize; N],
    strides: [usize; N],
    padding: Padding,
) -> Tensor {
    let pools = Pools::windows(pool, strides, padding);
    apply(AvgPool(pools), std::slice::from_ref(x))
}

/// The mean of each of `size` windows that share an axis evenly, as Keras's `ops.adaptive_average_pool`: of `m` windows on `n` pixels
/// window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
///
/// Shapes: `[batch, …, channels]` with one to three axes of pixels to the same with `size` pixels. A size of 0 is an error.
///
/// ```
/// use nn::{Tensor, ops::adaptive_avg_pool};
/// let x = Tensor::from([1.0_f32, 5.0, 3.0, 4.0, 8.0]).reshape([1, 5, 1]);
/// assert_eq!(adaptive_avg_pool(&x, [2]).to_vec::<f32>()?, [3.0, 5.0]); // of pixels 0 to 2 and 2 to 4
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn adaptive_avg_pool<const N: usize>(x: &Tensor, size: [usize; N]) -> Tensor {
    apply(AvgPool(Pools::Adaptive(size)), std::slice::from_ref(x))
}

/// [`avg_pool`] of images; pairs are (vertical, horizontal).
///
/// Shapes: `[batch, height, width, channels]` to the same with fewer pixels, those of [`crate::ops::pool2d_shape`]. What a window covers
/// beyond the image is left out of sum and count. A rank other than 4, and an image on which no window fits, are
/// errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::avg_pool2d};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 4.0]).reshape([1, 2, 2, 1]);
/// assert_eq!(avg_pool2d(&x, [2, 2], [2, 2], Padding::Valid).to_vec::<f32>()?, [3.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn avg_pool2d(x: &Tensor, pool: [usize; 2], strides: [usize; 2], padding: Padding) -> Tensor {
    avg_pool(x, pool, strides, padding)
}

#[cfg(test)]
mod tests {
    use crate::ops::{adaptive_avg_pool, avg_pool, avg_pool2d};
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
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("avg_pool2d with a window of 9 × 1 leaves no pixel of 8 × 8"),
            "{e}"
        );
    }

    #[test]
    fn adaptive_windows_share_the_axis() {
        let x = Tensor::arange(7).cast(DType::F32).reshape([1, 7, 1]);
        let values = |t: Tensor| t.to_vec::<f32>().unwrap();
        assert_eq!(values(adaptive_avg_pool(&x, [7])), values(x.flatten()));
        assert_eq!(values(adaptive_avg_pool(&x, [3])), [1.0, 3.0, 5.0]);
        // More windows than pixels: two of them on each pixel, and on two where they cross.
        let y = adaptive_avg_pool(&x.slice_axis(1, 0..2), [3]);
        assert_eq!(values(y), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn windows_of_millions_lose_no_digits() {
        for channels in [1, 9] {
            let x = Tensor::full([1, 1000, 3000, channels], 0.1_f32);
            for y in [
                avg_pool2d(&x, [1000, 3000], [1, 1], Padding::Valid),
                adaptive_avg_pool(&x, [1, 1]),
            ] {
                for mean in y.to_vec::<f32>().unwrap() {
                    assert!((mean / 0.1 - 1.0).abs() < 1e-5, "{mean}");
                }
            }
        }
    }

    #[test]
    fn gradient_along_any_number_of_axes() {
        check_gradient(
            |x| avg_pool(&x[0], [3], [2], Padding::Same).square(),
            &[&[2, 5, 3]],
        );
        check_gradient(
            |x| avg_pool(&x[0], [2, 2, 1], [1, 2, 1], Padding::Same).square(),
            &[&[1, 3, 3, 2, 2]],
        );
        check_gradient(|x| adaptive_avg_pool(&x[0], [3]).square(), &[&[2, 7, 2]]);
        check_gradient(
            |x| adaptive_avg_pool(&x[0], [2, 1, 3]).square(),
            &[&[1, 3, 2, 2, 2]],
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
