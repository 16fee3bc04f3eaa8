//! Patches of images and volumes as rows.

use crate::ops::fail::fail;
use crate::{Error, Padding, Result, Tensor, is_known};

/// One axis that patches lie along.
struct Side {
    /// Zeros before and after.
    padding: (usize, usize),
    /// The places that patches see, the first elements of all patches first: `[elements of a patch, patches]`.
    places: Tensor,
}

fn side(
    op: &str,
    n: usize,
    size: usize,
    stride: usize,
    dilation: usize,
    padding: Padding,
) -> Result<Side> {
    if size == 0 || stride == 0 || dilation == 0 {
        return Err(Error::value(format!(
            "{op} needs sizes, strides and dilations from 1 on, found {size}, {stride} and {dilation}"
        )));
    }
    let reach = dilation.saturating_mul(size - 1).saturating_add(1);
    let (count, before, after) = match padding {
        Padding::Same => {
            let count = n.div_ceil(stride);
            let around = ((count.max(1) - 1) * stride)
                .saturating_add(reach)
                .saturating_sub(n);
            (count, around / 2, around - around / 2)
        }
        _ if n < reach => {
            return Err(Error::shape(format!(
                "{op}: patches that reach over {reach} do not fit into {n} elements"
            )));
        }
        _ => ((n - reach) / stride + 1, 0, 0),
    };
    let places = Tensor::arange(size).expand_dims(-1) * dilation + Tensor::arange(count) * stride;
    Ok(Side {
        padding: (before, after),
        places,
    })
}

/// Patches along the axes after the batch, whose elements come out one after the other in the last axis.
#[track_caller]
fn patches<const N: usize>(
    op: &'static str,
    x: &Tensor,
    size: [usize; N],
    strides: Option<[usize; N]>,
    dilation: [usize; N],
    padding: Padding,
) -> Tensor {
    let shape = *x.raw_shape();
    match shape.rank() {
        _ if x.error().is_some() => return x.clone(),
        rank if rank == N + 1 => {
            return patches(op, &x.expand_dims(0), size, strides, dilation, padding).squeeze(0);
        }
        rank if rank == N + 2 && shape[1..].iter().all(|&d| is_known(d)) => {}
        _ => {
            let layout = "[batch, .., channels], known but for the batch";
            return fail(
                op,
                Error::rank(
                    op,
                    N + 2,
                    layout,
                    &shape,
                    "a single one goes without the batch",
                ),
            );
        }
    }
    let strides = strides.unwrap_or(size);
    let sides: Result<Vec<Side>> = (0..N)
        .map(|i| side(op, shape[i + 1], size[i], strides[i], dilation[i], padding))
        .collect();
    let sides = match sides {
        Ok(sides) => sides,
        Err(error) => return fail(op, error),
    };
    if let Some(side) = sides.iter().find(|side| side.places.error().is_some()) {
        return side.places.clone();
    }
    let around = sides.iter().map(|side| side.padding);
    let around: Vec<(usize, usize)> = [(0, 0)].into_iter().chain(around).chain([(0, 0)]).collect();
    // Axis by axis: [batch, .., element, patch, .., channels].
    let mut y = x.pad(around);
    for (i, side) in sides.iter().enumerate() {
        y = y.take(&side.places, 2 * i as isize + 1);
    }
    // The patches' axes first, then those of their elements.
    let mut order = vec![0];
    order.extend((0..N).map(|i| 2 * i as isize + 2));
    order.extend((0..N).map(|i| 2 * i as isize + 1));
    order.push(2 * N as isize + 1);
    let mut dims = vec![shape[0]];
    dims.extend(sides.iter().map(|side| side.places.raw_shape()[1]));
    let elements = size
        .iter()
        .fold(shape[N + 1], |all, size| all.saturating_mul(*size));
    dims.push(elements);
    y.transpose(order).reshape(dims)
}

/// Patches of images: `[.., height, width, channels]` to `[.., rows, columns, size · channels]`, the elements of a patch row by row with
/// their channels last. Without strides the patches lie side by side. [`Padding::Same`] pads with zeros so that there are
/// `⌈side / stride⌉` of them.
///
/// ```
/// use nn::{Tensor, ops::{Padding, image::extract_patches}};
/// let images = Tensor::zeros([2, 6, 8, 3]);
/// let y = extract_patches(&images, [3, 2], None, [1, 1], Padding::Valid);
/// assert_eq!(y.shape(), [2, 2, 4, 18]);
/// ```
#[track_caller]
pub fn extract_patches(
    images: &Tensor,
    size: [usize; 2],
    strides: Option<[usize; 2]>,
    dilation: [usize; 2],
    padding: Padding,
) -> Tensor {
    patches("extract_patches", images, size, strides, dilation, padding)
}

/// Patches of volumes: `[.., depth, height, width, channels]` to `[.., layers, rows, columns, size · channels]`, as [`extract_patches`].
///
/// ```
/// use nn::{Tensor, ops::{Padding, image::extract_patches_3d}};
/// let volumes = Tensor::zeros([2, 4, 4, 4, 1]);
/// let y = extract_patches_3d(&volumes, [2, 2, 2], None, [1, 1, 1], Padding::Valid);
/// assert_eq!(y.shape(), [2, 2, 2, 2, 8]);
/// ```
#[track_caller]
pub fn extract_patches_3d(
    volumes: &Tensor,
    size: [usize; 3],
    strides: Option<[usize; 3]>,
    dilation: [usize; 3],
    padding: Padding,
) -> Tensor {
    patches(
        "extract_patches_3d",
        volumes,
        size,
        strides,
        dilation,
        padding,
    )
}

#[cfg(test)]
mod tests {
    use super::{extract_patches, extract_patches_3d};
    use crate::testing::check_gradient;
    use crate::{DType, Padding, Tensor, UNKNOWN};

    #[test]
    fn elements_row_by_row() {
        let x = Tensor::arange(18).reshape([3, 3, 2]);
        let y = extract_patches(&x, [2, 2], Some([1, 1]), [1, 1], Padding::Valid);
        assert_eq!(y.shape(), [2, 2, 8]);
        assert_eq!(y.to_vec::<i64>().unwrap()[..8], [0, 1, 2, 3, 6, 7, 8, 9]);
        let y = extract_patches(&x, [2, 2], Some([2, 2]), [2, 2], Padding::Same);
        assert_eq!(y.shape(), [2, 2, 8]);
        let open = Tensor::abstract_of([UNKNOWN, 4, 4, 1], DType::F32);
        assert_eq!(
            extract_patches(&open, [2, 2], None, [1, 1], Padding::Valid)
                .shape()
                .to_string(),
            "[_, 2, 2, 4]"
        );
        assert!(
            extract_patches(&x, [4, 1], None, [1, 1], Padding::Valid)
                .error()
                .is_some()
        );
        assert!(
            extract_patches(&x, [0, 1], None, [1, 1], Padding::Valid)
                .error()
                .is_some()
        );
        assert!(
            extract_patches_3d(&x, [1, 1, 1], None, [1, 1, 1], Padding::Valid)
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| extract_patches(&x[0], [2, 2], Some([1, 1]), [1, 1], Padding::Same).square(),
            &[&[2, 3, 1]],
        );
    }
}
