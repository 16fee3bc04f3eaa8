//! Values between places: sampling at coordinates.

use crate::ops::elementwise::{float, where_};
use crate::ops::fail::fail;
use crate::ops::nn::FillMode;
use crate::{DType, Error, Result, Tensor, is_known};

/// The element that stands at an index which may lie beyond the edges of an axis of `n`.
fn inside(mode: FillMode, index: &Tensor, n: usize) -> Tensor {
    let mirrored = |index: &Tensor, n: usize| {
        let last = n.max(1) - 1;
        match last {
            0 => index.zeros_like(),
            last => ((index + last).remainder(2 * last) - last).abs(),
        }
    };
    match mode {
        FillMode::Constant | FillMode::Nearest => index.clip(0.0, n as f64 - 1.0),
        FillMode::Wrap => index.remainder(n),
        FillMode::Mirror => mirrored(index, n),
        FillMode::Reflect => mirrored(&(index * 2 + 1), 2 * n + 1).floor_divide(2),
    }
}

/// Rows of `pixels` (`[places, ..]`) at coordinates along axes of the given sizes, whose places are counted from `start` on. Order 1
/// interpolates linearly, order 0 takes the nearest.
#[track_caller]
pub(crate) fn sample(
    pixels: &Tensor,
    start: &Tensor,
    sizes: &[usize],
    coordinates: &[Tensor],
    order: usize,
    (mode, fill_value): (FillMode, f64),
) -> Result<Tensor> {
    if order > 1 {
        return Err(Error::value(format!(
            "sampling is of order 0 (nearest) or 1 (linear), found {order}"
        )));
    }
    if !sizes.iter().all(|&d| is_known(d) && d > 0) {
        return Err(Error::shape(format!(
            "sampling needs axes of known sizes that are not 0, found {sizes:?}"
        )));
    }
    let flat = float(pixels);
    let (dtype, rest) = (flat.dtype(), flat.raw_shape().rank() - 1);
    // For each axis the elements that count and their weights.
    let axes: Vec<Vec<(Tensor, Option<Tensor>)>> = coordinates
        .iter()
        .map(|at| {
            let at = at.cast(dtype);
            match order {
                // Halves away from 0, as in JAX.
                0 => vec![(
                    ((at.abs() + 0.5).floor() * at.sign()).cast(DType::I64),
                    None,
                )],
                _ => {
                    let low = at.floor().stop_gradient();
                    let part = &at - &low;
                    let index = low.cast(DType::I64);
                    vec![(index.clone(), Some(1.0 - &part)), (index + 1, Some(part))]
                }
            }
        })
        .collect();
    let mut total: Option<Tensor> = None;
    for corner in 0..axes.iter().map(Vec::len).product::<usize>() {
        let (mut which, mut place, mut weight, mut valid) =
            (corner, Tensor::from(0_i64), None::<Tensor>, None::<Tensor>);
        for (axis, elements) in axes.iter().enumerate() {
            let (index, own) = &elements[which % elements.len()];
            which /= elements.len();
            let n = sizes[axis];
            place = place * n + inside(mode, index, n);
            weight = match (weight, own) {
                (Some(weight), Some(own)) => Some(weight * own),
                (weight, own) => weight.or_else(|| own.clone()),
            };
            if let FillMode::Constant = mode {
                let own = index.greater_equal(0).logical_and(index.less(n));
                valid = Some(valid.map_or(own.clone(), |valid| valid.logical_and(&own)));
            }
        }
        let aligned = |t: Tensor| (0..rest).fold(t, |t, _| t.expand_dims(-1));
        let mut value = flat.take(&(start + place), 0);
        if let Some(valid) = valid {
            value = where_(aligned(valid), value, fill_value);
        }
        let part = match weight {
            Some(weight) => value * aligned(weight),
            None => value,
        };
        total = Some(match total {
            Some(total) => total + part,
            None => part,
        });
    }
    let sampled = total.expect("at least one corner");
    Ok(match pixels.dtype().is_float() {
        true => sampled,
        false => sampled.round().cast(pixels.dtype()),
    })
}

/// The values of a tensor at coordinates: `coordinates[i]` are those along axis `i`, `[rank, …]` to `[…]`. Order 1 interpolates linearly
/// between neighbours, order 0 takes the nearest; `mode` says what stands beyond the edges, `fill_value` with
/// [`FillMode::Constant`]. Of whole numbers the result is rounded.
///
/// The gradient goes to the tensor and, with order 1, to the coordinates.
///
/// ```
/// use nn::{Tensor, ops::image::{FillMode, map_coordinates}};
/// let x = Tensor::from([[0.0_f32, 1.0], [2.0, 3.0]]);
/// let y = map_coordinates(&x, &Tensor::from([[0.5_f32, 5.0], [0.5, 0.0]]), 1, FillMode::Constant, 9.0);
/// assert_eq!(y.to_vec::<f32>()?, [1.5, 9.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn map_coordinates(
    x: &Tensor,
    coordinates: &Tensor,
    order: usize,
    mode: FillMode,
    fill_value: f64,
) -> Tensor {
    if let Some(failed) = [x, coordinates].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let (rank, shape) = (x.raw_shape().rank(), coordinates.raw_shape());
    if rank == 0 || shape.first() != Some(&rank) {
        let message = format!(
            "map_coordinates of {} needs coordinates [{rank}, ..], one for each axis, found {shape}",
            x.raw_shape()
        );
        return fail("map_coordinates", Error::shape(message));
    }
    let (sizes, start) = (*x.raw_shape(), Tensor::from(0_i64));
    match sample(
        &x.reshape([sizes.num_elements()]),
        &start,
        &sizes,
        &coordinates.unstack(0),
        order,
        (mode, fill_value),
    ) {
        Ok(sampled) => sampled,
        Err(error) => fail("map_coordinates", error),
    }
}

#[cfg(test)]
mod tests {
    use super::map_coordinates;
    use crate::Tensor;
    use crate::ops::nn::FillMode;
    use crate::testing::check_gradient_at;

    #[test]
    fn beyond_the_edges() {
        let x = Tensor::from([1.0_f32, 2.0, 3.0]);
        let at = Tensor::from([[-3.0_f32, -2.0, -1.0, 0.0, 3.0, 4.0, 5.0]]);
        for (mode, expected) in [
            (FillMode::Constant, [7.0, 7.0, 7.0, 1.0, 7.0, 7.0, 7.0]),
            (FillMode::Nearest, [1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0]),
            (FillMode::Wrap, [1.0, 2.0, 3.0, 1.0, 1.0, 2.0, 3.0]),
            (FillMode::Mirror, [2.0, 3.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
            (FillMode::Reflect, [3.0, 2.0, 1.0, 1.0, 3.0, 2.0, 1.0]),
        ] {
            for order in [0, 1] {
                let y = map_coordinates(&x, &at, order, mode, 7.0);
                assert_eq!(
                    y.to_vec::<f32>().unwrap(),
                    expected,
                    "{mode:?} of order {order}"
                );
            }
        }
        let one = map_coordinates(
            &Tensor::from([5_i64]),
            &Tensor::from([[-2.0_f32, 3.0]]),
            1,
            FillMode::Mirror,
            0.0,
        );
        assert_eq!(one.to_vec::<i64>().unwrap(), [5, 5]);
    }

    #[test]
    fn errors() {
        let x = Tensor::zeros([2, 2]);
        assert!(
            map_coordinates(&x, &Tensor::zeros([3, 1]), 1, FillMode::Nearest, 0.0)
                .error()
                .is_some()
        );
        assert!(
            map_coordinates(&x, &Tensor::zeros([2, 1]), 2, FillMode::Nearest, 0.0)
                .error()
                .is_some()
        );
        assert!(
            map_coordinates(
                &Tensor::zeros([0]),
                &Tensor::zeros([1, 1]),
                1,
                FillMode::Nearest,
                0.0
            )
            .error()
            .is_some()
        );
    }

    #[test]
    fn gradient() {
        let x = Tensor::from([[0.3, 1.0, -0.5], [2.0, 3.0, 0.7]]);
        let at = Tensor::from([[0.3, -0.4, 1.6], [1.2, 0.7, 2.4]]);
        for mode in [FillMode::Constant, FillMode::Nearest, FillMode::Reflect] {
            check_gradient_at(
                |x| map_coordinates(&x[0], &x[1], 1, mode, 0.5).square(),
                &[x.clone(), at.clone()],
            );
        }
    }
}
