//! The greatest of every window of a sequence, an image or a volume.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::nn::pools::Pools;
use crate::{DType, Element, Padding, Result, Shape, Tensor, with_float};
use nn_kernels::math::Float;
use nn_kernels::pool::{self, Cell};

/// Outputs: the greatest numbers, and for each of them the cell of its window that it came from: `u8` where that holds every cell, or
/// else `i64`.
struct MaxPool<const N: usize> {
    pools: Pools<N>,
}

/// Every number of the upstream gradient at the pixel that its result came from. Inputs: upstream, cells.
struct MaxPoolGradient<const N: usize> {
    x: Shape,
    windows: pool::Windows,
}

/// The result, and where it came from.
fn greatest<T: Float + Element, C: Cell>(
    x: &Tensor,
    windows: &pool::Windows,
    shape: Shape,
    from: &mut [C],
) -> Tensor {
    Tensor::build(shape, |out: &mut [T]| {
        pool::max_pool(x.data(), windows, out, from);
    })
}

// What does not depend on the number of axes is apart from the ops, so that it is compiled once, and in this crate.

/// The greatest numbers, and the cells that they come from where those are wanted.
fn pooled(x: &Tensor, windows: &pool::Windows, expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
    let (shape, dtype) = expected.only();
    if !expected.wants(1) {
        let y = with_float!(dtype, T => greatest::<T, ()>(x, windows, shape, &mut vec![(); shape.num_elements()]));
        return Ok([y, expected.nothing(1)].into());
    }
    let mut y = None;
    let cells = match expected[1].dtype {
        DType::U8 => Tensor::build(shape, |cells: &mut [u8]| {
            y = Some(with_float!(dtype, T => greatest::<T, u8>(x, windows, shape, cells)));
        }),
        DType::I64 | DType::F32 | DType::F64 | DType::Bool => {
            Tensor::build(shape, |cells: &mut [i64]| {
                y = Some(with_float!(dtype, T => greatest::<T, i64>(x, windows, shape, cells)));
            })
        }
    };
    let cells = cells.into_result()?; // Failed ones have not built y.
    Ok([y.expect("built with the cells"), cells].into())
}

/// The upstream gradient at the pixels that the greatest numbers come from.
fn given_back(
    dy: &Tensor,
    cells: &Tensor,
    windows: &pool::Windows,
    expected: &Expected<'_>,
) -> Outputs<Tensor> {
    let (shape, dtype) = expected.only();
    Outputs::One(
        with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| match cells.dtype() {
            DType::U8 => pool::max_pool_backward(dy.data(), cells.data::<u8>(), windows, out),
            DType::I64 | DType::F32 | DType::F64 | DType::Bool => {
                pool::max_pool_backward(dy.data(), cells.data::<i64>(), windows, out)
            }
        })),
    )
}

impl<const N: usize> Op for MaxPool<N> {
    fn name(&self) -> &'static str {
        self.pools.name([
            ["max_pool1d", "max_pool2d", "max_pool3d"],
            [
                "adaptive_max_pool1d",
                "adaptive_max_pool2d",
                "adaptive_max_pool3d",
            ],
        ])
    }

    fn attributes(&self) -> Attributes {
        self.pools.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = self.pools.pooled(self.name(), &inputs[0])?;
        Ok([dtype, self.pools.cells()]
            .map(|dtype| Spec { shape, dtype })
            .into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let windows = self.pools.placed(inputs[0].raw_shape(), &expected[0].shape);
        pooled(&inputs[0], &windows, expected)
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (x, up) = (*at.inputs[0].raw_shape(), at.upstream());
        let op = MaxPoolGradient::<N> {
            x,
            windows: self.pools.placed(&x, up.raw_shape()),
        };
        Ok(vec![Some(apply(op, &[up.clone(), at.outputs[1].clone()]))])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0,
            outputs: 0b10,
        }
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        2
    }

    fn residuals(&self) -> usize {
        1
    }
}

by_name!("max_pool1d", by_name::float, |a| MaxPool {
    pools: Pools::<1>::read(a)?
});
by_name!("max_pool2d", by_name::float, |a| MaxPool {
    pools: Pools::<2>::read(a)?
});
by_name!("max_pool3d", by_name::float, |a| MaxPool {
    pools: Pools::<3>::read(a)?
});
by_name!("adaptive_max_pool1d", by_name::float, |a| MaxPool {
    pools: Pools::<1>::read(a)?
});
by_name!("adaptive_max_pool2d", by_name::float, |a| MaxPool {
    pools: Pools::<2>::read(a)?
});
by_name!("adaptive_max_pool3d", by_name::float, |a| MaxPool {
    pools: Pools::<3>::read(a)?
});

impl<const N: usize> Op for MaxPoolGradient<N> {
    fn name(&self) -> &'static str {
        [
            "max_pool1d_gradient",
            "max_pool2d_gradient",
            "max_pool3d_gradient",
        ][N - 1]
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.x, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(given_back(&inputs[0], &inputs[1], &self.windows, expected))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let dy = *at.inputs[0].raw_shape();
        let cells = at.inputs[1].cast(DType::I64);
        let pixels = Tensor::build(dy, |out: &mut [i64]| {
            out.iter_mut()
                .zip(cells.data::<i64>())
                .enumerate()
                .for_each(|(i, (o, &cell))| *o = self.windows.pixel(i, cell as usize) as i64);
        });
        let taken = at
            .upstream()
            .reshape([self.x.num_elements()])
            .take(&pixels, 0);
        Ok(vec![Some(taken), None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

/// The greatest number of every window and channel of a sequence, an image or a volume, as Keras's `ops.max_pool`.
///
/// Shapes: `[batch, time, channels]`, `[batch, height, width, channels]` or `[batch, depth, height, width, channels]`; the result has as
/// many pixels as windows of `pool` pixels fit, `strides` apart. What a window covers beyond the image takes no part. Of equal numbers
/// the first one gets the gradient. Another rank, and an image on which no window fits, are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::max_pool};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 3.0]).reshape([1, 4, 1]);
/// assert_eq!(max_pool(&x, [2], [1], Padding::Valid).to_vec::<f32>()?, [5.0, 5.0, 3.0]);
/// assert_eq!(max_pool(&Tensor::ones([2, 8, 6, 4, 3]), [2; 3], [2; 3], Padding::Valid).shape(), [2, 4, 3, 2, 3]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn max_pool<const N: usize>(
    x: &Tensor,
    pool: [usize; N],
    strides: [usize; N],
    padding: Padding,
) -> Tensor {
    let pools = Pools::windows(pool, strides, padding);
    apply(MaxPool { pools }, std::slice::from_ref(x))
}

/// The greatest number of each of `size` windows that share an axis evenly, as Keras's `ops.adaptive_max_pool`: of `m` windows on `n`
/// pixels window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
///
/// Shapes: `[batch, …, channels]` with one to three axes of pixels to the same with `size` pixels. A size of 0 is an error.
///
/// ```
/// use nn::{Tensor, ops::adaptive_max_pool};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 3.0, 4.0]).reshape([1, 5, 1]);
/// assert_eq!(adaptive_max_pool(&x, [2]).to_vec::<f32>()?, [5.0, 4.0]); // of pixels 0 to 2 and 2 to 4
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn adaptive_max_pool<const N: usize>(x: &Tensor, size: [usize; N]) -> Tensor {
    let pools = Pools::Adaptive(size);
    apply(MaxPool { pools }, std::slice::from_ref(x))
}

/// [`max_pool`] of images; pairs are (vertical, horizontal).
///
/// Shapes: `[batch, height, width, channels]` to the same with fewer pixels, those of [`pool2d_shape`]. What a window covers
/// beyond the image takes no part. Of equal numbers the first one gets the gradient. A rank other than 4, and an
/// image on which no window fits, are errors.
///
/// ```
/// use nn::{Padding, Tensor, ops::max_pool2d};
/// let x = Tensor::from([1.0_f32, 5.0, 2.0, 3.0]).reshape([1, 2, 2, 1]);
/// assert_eq!(max_pool2d(&x, [2, 2], [2, 2], Padding::Valid).to_vec::<f32>()?, [5.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn max_pool2d(x: &Tensor, pool: [usize; 2], strides: [usize; 2], padding: Padding) -> Tensor {
    max_pool(x, pool, strides, padding)
}

/// The shape of a pooling's result, known to the compiler too; dimensions may be [`crate::UNKNOWN`]. `None` for a rank other than 4, or
/// if no window fits.
///
/// ```
/// use nn::{Padding, Shape, UNKNOWN, ops::pool2d_shape};
/// const Y: Option<Shape> = pool2d_shape(&Shape::new(&[UNKNOWN, 7, 7, 64]), [2, 2], [2, 2], Padding::Valid);
/// assert_eq!(Y.unwrap().to_string(), "[_, 3, 3, 64]");
/// ```
pub const fn pool2d_shape(
    x: &Shape,
    pool: [usize; 2],
    strides: [usize; 2],
    padding: Padding,
) -> Option<Shape> {
    let x = x.dims();
    if x.len() != 4 {
        return None;
    }
    let Pools::Windows(windows) = Pools::windows(pool, strides, padding) else {
        return None;
    };
    match windows.count([x[1], x[2]]) {
        Some([height, width]) => Some(Shape::new(&[x[0], height, width, x[3]])),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{adaptive_max_pool, max_pool, max_pool2d, pool2d_shape};
    use crate::testing::check_gradient;
    use crate::{DType, GradientTape, Padding, Tensor, UNKNOWN, no_gradient};

    #[test]
    fn padding_takes_no_part() {
        let x = Tensor::from([-1.0_f32, -2.0, -3.0]).reshape([1, 1, 3, 1]);
        let y = max_pool2d(&x, [2, 2], [1, 2], Padding::Same);
        assert_eq!(y.to_vec::<f32>().unwrap(), [-1.0, -3.0]);
        assert_eq!(
            max_pool2d(&Tensor::zeros([0, 4, 4, 3]), [2, 2], [2, 2], Padding::Valid).shape(),
            [0, 2, 2, 3]
        );
    }

    #[test]
    fn an_unknown_batch_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 7, 5, 3], DType::F32);
        let y = max_pool2d(&x, [2, 3], [2, 2], Padding::Same);
        assert_eq!(y.shape().to_string(), "[_, 4, 3, 3]");
        assert_eq!(
            pool2d_shape(&x.shape(), [2, 3], [2, 2], Padding::Same),
            Some(y.shape())
        );
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let e = message(max_pool2d(&x, [8, 8], [1, 1], Padding::Valid));
        assert!(
            e.contains(
                "max_pool2d with a window of 8 × 8 leaves no pixel of 7 × 5 (shape [_, 7, 5, 3])"
            ),
            "{e}"
        );
        let e = message(max_pool2d(
            &x.index_axis(1, 0),
            [2, 2],
            [2, 2],
            Padding::Valid,
        ));
        assert!(
            e.contains(
                "max_pool2d expects rank 4 [batch, height, width, channels], found rank 3 [_, 5, 3]"
            ),
            "{e}"
        );
        assert!(
            max_pool2d(&x, [2, 0], [2, 2], Padding::Valid)
                .error()
                .is_some()
        );
        assert!(
            max_pool2d(&x.cast(DType::U8), [2, 2], [2, 2], Padding::Valid)
                .error()
                .is_some()
        );
    }

    #[test]
    fn cells_are_kept_where_a_tape_asks_for_them() {
        let x = Tensor::from([1.0_f32, 5.0, 2.0, 3.0]).reshape([1, 2, 2, 1]);
        let pool = |x: &Tensor| max_pool2d(x, [2, 2], [2, 2], Padding::Valid);
        let tape = GradientTape::new();
        assert_eq!(pool(&x).to_vec::<f32>().unwrap(), [5.0]);
        assert!(tape.is_empty());
        tape.watch(&x);
        let _ = no_gradient(|| pool(&x));
        assert!(tape.is_empty());
        let y = pool(&x);
        let slopes = tape.gradient(&y, &x).unwrap();
        assert_eq!(slopes.to_vec::<f32>().unwrap(), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_window_of_more_cells_than_a_byte_counts() {
        let x = (Tensor::arange(340).cast(DType::F32) * 0.01).reshape([1, 20, 17, 1]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = max_pool2d(&x, [18, 16], [1, 1], Padding::Valid);
        let slopes = tape.gradient(&y, &x).unwrap().to_vec::<f32>().unwrap();
        // The last pixel of each of the windows: 3 rows and 2 columns of them.
        let expected = (0..340).map(|i| ((i / 17 >= 17) && i % 17 >= 15) as u8 as f32);
        assert_eq!(slopes, expected.collect::<Vec<_>>());
    }

    #[test]
    fn adaptive_windows_share_the_axis() {
        let x = Tensor::arange(7).cast(DType::F32).reshape([1, 7, 1]);
        // As many as there are pixels: each is its own.
        let values = |t: Tensor| t.to_vec::<f32>().unwrap();
        assert_eq!(values(adaptive_max_pool(&x, [7])), values(x.flatten()));
        assert_eq!(values(adaptive_max_pool(&x, [3])), [2.0, 4.0, 6.0]);
        assert_eq!(values(adaptive_max_pool(&x, [2])), [3.0, 6.0]);
        let open = Tensor::abstract_of([UNKNOWN, UNKNOWN, 7, 3], DType::F32);
        let y = adaptive_max_pool(&open, [2, 3]);
        assert_eq!(y.shape().to_string(), "[_, 2, 3, 3]");
        let e = adaptive_max_pool(&x, [0])
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("adaptive_max_pool1d needs at least one pixel each way to come from and to go to, found [7] and [0]"), "{e}");
        let e = adaptive_max_pool(&x, [usize::MAX])
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("below 2³⁴"), "{e}");
    }

    #[test]
    fn gradient_along_any_number_of_axes() {
        check_gradient(
            |x| max_pool(&x[0], [2], [1], Padding::Same).square(),
            &[&[2, 5, 3]],
        );
        check_gradient(
            |x| max_pool(&x[0], [2, 1, 2], [1, 2, 2], Padding::Valid).square(),
            &[&[1, 3, 3, 4, 2]],
        );
        check_gradient(|x| adaptive_max_pool(&x[0], [3]).square(), &[&[2, 7, 2]]);
        check_gradient(
            |x| adaptive_max_pool(&x[0], [2, 3, 1]).square(),
            &[&[1, 3, 4, 2, 2]],
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| max_pool2d(&x[0], [2, 2], [2, 2], Padding::Valid).square(),
            &[&[2, 4, 5, 3]],
        );
        check_gradient(
            |x| max_pool2d(&x[0], [3, 2], [1, 2], Padding::Same).square(),
            &[&[2, 3, 5, 1]],
        );
        check_gradient(
            |x| max_pool2d(&x[0], [17, 16], [1, 1], Padding::Valid).square(),
            &[&[1, 17, 17, 1]],
        );
    }
}
