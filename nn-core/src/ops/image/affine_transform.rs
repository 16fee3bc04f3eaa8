//! Images turned, stretched, sheared and warped.

use crate::ops::fail::fail;
use crate::ops::image::batched;
use crate::ops::image::filter::blurred;
use crate::ops::image::map_coordinates::sample;
use crate::ops::nn::{FillMode, Padding};
use crate::ops::shape::tri::count;
use crate::{DType, Error, Result, Shape, Tensor, is_known, random};

/// Images `[batch, height, width, channels]` sampled at rows and columns `[batch or 1, height, width]`.
#[track_caller]
fn warped(
    op: &'static str,
    images: &Tensor,
    [rows, columns]: [&Tensor; 2],
    order: usize,
    fill: (FillMode, f64),
) -> Tensor {
    let [n, h, w, c] = [0, 1, 2, 3].map(|axis| images.raw_shape()[axis]);
    // The images one after the other; each is sampled from its own first pixel on.
    let pixels = images.reshape([Shape::new(&[n, h, w]).num_elements(), c]);
    let start = (count(n) * (h * w)).reshape([n, 1, 1]);
    match sample(
        &pixels,
        &start,
        &[h, w],
        &[rows.clone(), columns.clone()],
        order,
        fill,
    ) {
        Ok(sampled) => sampled,
        Err(error) => fail(op, error),
    }
}

/// Rows and columns of all pixels, `[height, 1]` and `[width]`, in the type that coordinates are computed in.
fn grid(op: &str, images: &Tensor) -> Result<[Tensor; 2]> {
    let (shape, dtype) = (images.raw_shape(), images.dtype().float());
    match shape[..] {
        [_, h, w, c] if [h, w, c].iter().all(|&d| is_known(d)) => Ok([
            Tensor::arange(h).cast(dtype).expand_dims(-1),
            Tensor::arange(w).cast(dtype),
        ]),
        _ => Err(Error::shape(format!(
            "{op} needs images of a known size, found {shape}"
        ))),
    }
}

/// Projective transforms of images `[.., height, width, channels]`: pixel `(x, y)` of the result is what stands at
/// `((a₀x + a₁y + a₂) / k, (b₀x + b₁y + b₂) / k)` with `k = c₀x + c₁y + 1`. The transform is `[a₀, a₁, a₂, b₀, b₁, b₂, c₀, c₁]`, one
/// for all images `[8]` or one for each `[batch, 8]`; an affine one has zeros for `c₀` and `c₁`. Order 1 interpolates linearly, order 0
/// takes the nearest pixel.
///
/// ```
/// use nn::{Tensor, ops::image::{FillMode, affine_transform}};
/// let image = Tensor::from([[[1.0_f32], [2.0], [3.0]]]);
/// // One pixel to the left.
/// let shift = Tensor::from([1.0_f32, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
/// let y = affine_transform(&image, &shift, 1, FillMode::Constant, 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [2.0, 3.0, 0.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn affine_transform(
    images: &Tensor,
    transform: &Tensor,
    order: usize,
    mode: FillMode,
    fill_value: f64,
) -> Tensor {
    let op = "affine_transform";
    if transform.error().is_some() {
        return transform.clone();
    }
    batched(op, images, |images| {
        let [rows, columns] = match grid(op, images) {
            Ok(grid) => grid,
            Err(error) => return fail(op, error),
        };
        let transforms = match transform.raw_shape()[..] {
            [8] => transform.expand_dims(0),
            [n, 8] if n == images.raw_shape()[0] => transform.clone(),
            _ => {
                let found = transform.raw_shape();
                let message = format!(
                    "{op} needs a transform [8], or [batch, 8] for {} images, found {found}",
                    images.raw_shape()[0]
                );
                return fail(op, Error::shape(message));
            }
        };
        projected(
            op,
            images,
            &transforms.cast(columns.dtype()),
            [&rows, &columns],
            order,
            (mode, fill_value),
        )
    })
}

#[track_caller]
fn projected(
    op: &'static str,
    images: &Tensor,
    transforms: &Tensor,
    [y, x]: [&Tensor; 2],
    order: usize,
    fill: (FillMode, f64),
) -> Tensor {
    // [batch or 1, 1, 1] each.
    let at = |i: isize| transforms.index_axis(1, i).expand_dims(-1).expand_dims(-1);
    let k = at(6) * x + at(7) * y + 1.0;
    let columns = (at(0) * x + at(1) * y + at(2)) / &k;
    let rows = (at(3) * x + at(4) * y + at(5)) / k;
    warped(op, images, [&rows, &columns], order, fill)
}

/// Images `[.., height, width, channels]` seen from another side: what stands at the four `start` points `[4, 2]` (columns and rows, `x`
/// and `y`) comes to the `end` points, and everything else with it; one such for all images, or one for each, `[batch, 4, 2]`. Beyond the
/// edges stands `fill`. Order 1 interpolates linearly, order 0 takes the nearest pixel.
///
/// Four points of which three lie on a line have no such transform, which is an error. The points are read, so they are known while a
/// model is traced.
///
/// ```
/// use nn::{Tensor, ops::image::perspective_transform};
/// let image = Tensor::from([[[1.0_f32], [2.0]], [[3.0], [4.0]]]);
/// let start = Tensor::from([[0.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
/// let end = Tensor::from([[1.0_f32, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
/// let y = perspective_transform(&image, &start, &end, 1, 0.0);
/// assert!((&y - image.flip(1)).abs().max().item::<f32>()? < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn perspective_transform(
    images: &Tensor,
    start: &Tensor,
    end: &Tensor,
    order: usize,
    fill: f64,
) -> Tensor {
    let op = "perspective_transform";
    if let Some(failed) = [start, end].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    batched(op, images, |images| {
        let found = grid(op, images)
            .and_then(|grid| Ok((grid, homographies(start, end, images.raw_shape()[0])?)));
        match found {
            Ok(([rows, columns], transforms)) => {
                let transforms = transforms.cast(columns.dtype());
                projected(
                    op,
                    images,
                    &transforms,
                    [&rows, &columns],
                    order,
                    (FillMode::Constant, fill),
                )
            }
            Err(error) => fail(op, error),
        }
    })
}

/// The transforms `[batch or 1, 8]` that take end points to start points.
fn homographies(start: &Tensor, end: &Tensor, batch: usize) -> Result<Tensor> {
    let shape = start.raw_shape();
    let fits = matches!(shape[..], [4, 2]) || matches!(shape[..], [n, 4, 2] if n == batch);
    if !fits || shape != end.raw_shape() {
        return Err(Error::shape(format!(
            "four start and four end points are needed, [4, 2] or [batch, 4, 2] each, found {shape} and {}",
            end.raw_shape()
        )));
    }
    let [start, end] = [start, end].map(|t| t.cast(DType::F64).to_vec::<f64>());
    let (start, end) = (start?, end?);
    let mut all = Vec::new();
    for (start, end) in start.chunks_exact(8).zip(end.chunks_exact(8)) {
        let mut system = [[0.0; 9]; 8];
        for (i, (s, e)) in start.chunks_exact(2).zip(end.chunks_exact(2)).enumerate() {
            system[i] = [
                e[0],
                e[1],
                1.0,
                0.0,
                0.0,
                0.0,
                -s[0] * e[0],
                -s[0] * e[1],
                s[0],
            ];
            system[i + 4] = [
                0.0,
                0.0,
                0.0,
                e[0],
                e[1],
                1.0,
                -s[1] * e[0],
                -s[1] * e[1],
                s[1],
            ];
        }
        all.extend(solved(system).ok_or_else(|| {
            Error::value(format!(
                "three of four points lie on a line: {start:?} to {end:?} (x, y, x, y, ..)"
            ))
        })?);
    }
    Ok(Tensor::from_vec(all.clone(), [all.len() / 8, 8]))
}

/// The solution of eight equations, each with its right side last, by elimination; `None` if there is no single one.
fn solved(mut system: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    let scale = system
        .iter()
        .flatten()
        .fold(0.0_f64, |most, v| most.max(v.abs()));
    for column in 0..8 {
        let pivot = (column..8)
            .max_by(|&a, &b| system[a][column].abs().total_cmp(&system[b][column].abs()))?;
        system.swap(column, pivot);
        let top = system[column];
        let size = top[column].abs();
        if size <= scale * 1e-12 || size.is_nan() {
            return None;
        }
        for row in (0..8).filter(|&row| row != column) {
            let factor = system[row][column] / top[column];
            (0..9).for_each(|i| system[row][i] -= factor * top[i]);
        }
    }
    Some(std::array::from_fn(|i| system[i][8] / system[i][i]))
}

/// Images `[.., height, width, channels]` warped as in water (Simard et al. 2003): every pixel is what stands `alpha` times a random
/// distance away, whose field is blurred with `sigma`, so that neighbours move together. The random numbers come from the thread's seed.
/// Keras's defaults are `elastic_transform(images, 20.0, 5.0, 1, FillMode::Reflect, 0.0)`.
///
/// ```
/// use nn::{Tensor, ops::image::{FillMode, elastic_transform}};
/// let images = Tensor::ones([2, 8, 8, 1]);
/// let y = elastic_transform(&images, 20.0, 5.0, 1, FillMode::Reflect, 0.0);
/// assert!((&y - images).abs().max().item::<f32>()? < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn elastic_transform(
    images: &Tensor,
    alpha: f64,
    sigma: f64,
    order: usize,
    mode: FillMode,
    fill_value: f64,
) -> Tensor {
    let op = "elastic_transform";
    batched(op, images, |images| {
        if !(sigma > 0.0 && sigma < 1e4 && alpha.is_finite()) {
            let message = format!(
                "{op} needs a finite alpha and a positive sigma, found {alpha} and {sigma}"
            );
            return fail(op, Error::value(message));
        }
        let size = (6.0 * sigma) as usize | 1;
        let [alpha, sigma] = [alpha, sigma].map(Tensor::from);
        elastic_transform_by(images, &alpha, &sigma, size, order, mode, fill_value)
    })
}

/// [`elastic_transform`] of a batch, with `alpha` and `sigma` that are tensors, as if they are drawn; the field is blurred over `size` pixels.
#[doc(hidden)]
#[track_caller]
pub fn elastic_transform_by(
    images: &Tensor,
    alpha: &Tensor,
    sigma: &Tensor,
    size: usize,
    order: usize,
    mode: FillMode,
    fill_value: f64,
) -> Tensor {
    let op = "elastic_transform";
    let [rows, columns] = match grid(op, images) {
        Ok(grid) => grid,
        Err(error) => return fail(op, error),
    };
    let dtype = columns.dtype();
    let sigma = sigma.cast(DType::F64);
    let field = || {
        let shape = images.raw_shape().with(3, 1);
        let noise = random::normal(shape, 0.0, 1.0, dtype) * sigma.cast(dtype);
        blurred(&noise, [size; 2], [&sigma; 2], Padding::Same).squeeze(-1) * alpha.cast(dtype)
    };
    let (to_right, down) = (field(), field());
    let at = [&(rows + down), &(columns + to_right)];
    let inputs = [images, alpha, &sigma];
    warped(op, images, at, order, (mode, fill_value)).named(op, &inputs)
}

#[cfg(test)]
mod tests {
    use super::{affine_transform, elastic_transform, perspective_transform};
    use crate::ops::nn::FillMode;
    use crate::testing::check_gradient_at;
    use crate::{DType, Tensor, UNKNOWN, random};

    fn image() -> Tensor {
        (Tensor::arange(24).cast(DType::F64) * 1.7)
            .sin()
            .reshape([2, 3, 2, 2])
    }

    #[test]
    fn each_image_is_transformed_by_itself() {
        let x = image();
        let same = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        let turned = [-1.0, 0.0, 1.0, 0.0, -1.0, 2.0, 0.0, 0.0];
        let y = affine_transform(&x, &Tensor::from([same, turned]), 1, FillMode::Nearest, 0.0);
        assert_eq!(
            y.slice(0..1).to_vec::<f64>().unwrap(),
            x.slice(0..1).to_vec::<f64>().unwrap()
        );
        let expected = x.slice(1..2).flip(1).flip(2);
        assert_eq!(
            y.slice(1..2).to_vec::<f64>().unwrap(),
            expected.to_vec::<f64>().unwrap()
        );
        let bytes = affine_transform(
            &Tensor::full([2, 2, 1], 7_u8),
            &Tensor::from(same),
            1,
            FillMode::Nearest,
            0.0,
        );
        assert_eq!(bytes.to_vec::<u8>().unwrap(), [7; 4]);
        let open = Tensor::abstract_of([UNKNOWN, 3, 2, 1], DType::F32);
        let y = affine_transform(&open, &Tensor::from(same), 1, FillMode::Nearest, 0.0);
        assert_eq!(y.shape().to_string(), "[_, 3, 2, 1]");
    }

    #[test]
    fn errors() {
        let x = image();
        assert!(
            affine_transform(&x, &Tensor::zeros([3, 8]), 1, FillMode::Nearest, 0.0)
                .error()
                .is_some()
        );
        assert!(
            affine_transform(
                &x.reshape([24]),
                &Tensor::zeros([8]),
                1,
                FillMode::Nearest,
                0.0
            )
            .error()
            .is_some()
        );
        let line = Tensor::from([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 1.0]]);
        let e = perspective_transform(&x, &line, &line, 1, 0.0)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("three of four points lie on a line"), "{e}");
        assert!(
            perspective_transform(&x, &line, &Tensor::zeros([2]), 1, 0.0)
                .error()
                .is_some()
        );
        assert!(
            elastic_transform(&x, 1.0, 0.0, 1, FillMode::Wrap, 0.0)
                .error()
                .is_some()
        );
    }

    #[test]
    fn elastic_moves_follow_the_seed() {
        let draw = || {
            random::set_seed(3);
            elastic_transform(&image(), 2.0, 1.0, 1, FillMode::Reflect, 0.0)
                .to_vec::<f64>()
                .unwrap()
        };
        assert_eq!(draw(), draw());
        assert_ne!(draw(), image().to_vec::<f64>().unwrap());
    }

    #[test]
    fn gradient() {
        let transform = Tensor::from([0.9, 0.1, 0.23, -0.1, 1.1, 0.17, 0.01, 0.02]);
        let f = |x: &[Tensor]| affine_transform(&x[0], &x[1], 1, FillMode::Reflect, 0.0).square();
        check_gradient_at(f, &[image(), transform]);
    }
}
