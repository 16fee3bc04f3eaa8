//! Resizing and adaptive pooling: along an axis whose size is known each is a matrix or a choice of pixels, which are constants of the
//! file.

use super::mapping::{Mapped, Mapping, float, int, ints, of_unknown_origin, one, text};
use nn_core::attributes::Setting;
use nn_core::ops::{Interpolation, adaptive_avg_pool, resize as resized};
use nn_core::{Error, Result, Shape, Tensor, is_known};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "resize" => resize(m),
        "adaptive_max_pool1d" | "adaptive_max_pool2d" | "adaptive_max_pool3d" => {
            adaptive(m, "ReduceMax")
        }
        "adaptive_avg_pool1d" | "adaptive_avg_pool2d" | "adaptive_avg_pool3d" => {
            adaptive(m, "ReduceMean")
        }
        _ => Ok(None),
    }
}

/// The rows of the unit matrix, one in each of `n` batches of `n` pixels.
fn units(n: usize) -> Tensor {
    Tensor::arange(n).one_hot(n)
}

/// `x` with axis `axis` multiplied by a constant matrix `[n, m]`.
fn along(
    m: &mut Mapping<'_, '_>,
    x: &str,
    rank: usize,
    axis: usize,
    matrix: &Tensor,
) -> Result<String> {
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(axis, rank - 1);
    let matrix = m.constant(&matrix.cast(m.dtype(0)))?;
    let x = m.transpose(x, &order);
    let y = m.call("MatMul", &[&x, &matrix]);
    Ok(m.transpose(&y, &order))
}

fn resize(m: &mut Mapping<'_, '_>) -> Mapped {
    let (x, axis, shape): (String, usize, Shape) = (m.input(0)?, m.setting("axis")?, m.shape(0));
    let interpolation: Interpolation = m.setting("interpolation")?;
    let antialias: bool = m.setting("antialias")?;
    let n = shape[axis];
    if !is_known(n) {
        return open(m, &x, axis, &shape, interpolation, antialias);
    }
    let size = match m.node.op.attributes().find("size") {
        Some(_) => m.setting("size")?,
        None => n * m.setting::<usize>("times")?,
    };
    if interpolation == Interpolation::Nearest {
        let places = (0..size).map(|i| ((2 * i + 1) * n / (2 * size)) as i64);
        let places = m.ints(&places.collect::<Vec<_>>())?;
        return one(m.with("Gather", &[&x, &places], vec![int("axis", axis as i64)]));
    }
    // What becomes of each unit vector is a row of the matrix.
    let matrix = resized(
        &units(n).reshape([n, n, 1, 1]),
        [size, 1],
        interpolation,
        antialias,
    );
    one(along(
        m,
        &x,
        shape.rank(),
        axis,
        &matrix.reshape([n, size]),
    )?)
}

/// An axis of open size.
fn open(
    m: &mut Mapping<'_, '_>,
    x: &str,
    axis: usize,
    shape: &Shape,
    interpolation: Interpolation,
    antialias: bool,
) -> Mapped {
    let mut attributes = match interpolation {
        // Halves up, which is down half a pixel further.
        Interpolation::Nearest => vec![
            text("mode", "nearest"),
            text("nearest_mode", "round_prefer_ceil"),
        ],
        Interpolation::Bilinear => vec![text("mode", "linear")],
        Interpolation::Bicubic => vec![
            text("mode", "cubic"),
            float("cubic_coeff_a", -0.5),
            int("exclude_outside", 1),
        ],
        _ => {
            return Err(Error::format(
                "Lanczos's interpolation of an image of open size has no ONNX form; give height and width a number",
            ));
        }
    };
    if antialias && interpolation != Interpolation::Nearest {
        return Err(Error::format(
            "resizing an image of open size with `antialias` has no ONNX form; give height and width a number",
        ));
    }
    attributes.push(text("coordinate_transformation_mode", "half_pixel"));
    // Runtimes interpolate along the last two of four axes.
    let rank = shape.rank();
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(axis, rank - 1);
    let x = m.transpose(x, &order);
    let inputs = match m.node.op.attributes().find("size") {
        None => {
            let mut scales = vec![1.0_f32; rank];
            scales[rank - 1] = m.setting::<usize>("times")? as f32;
            let scales = m.constant(&Tensor::from_vec(scales, [rank]))?;
            vec![x, String::new(), scales]
        }
        Some(size) => {
            let size = usize::from_attribute(size).ok_or_else(of_unknown_origin)?;
            let all: Vec<usize> = order.iter().map(|&axis_| shape[axis_]).collect();
            let all = Shape::new(&all).with(rank - 1, size);
            let sizes = m.sizes(&all, &vec![None; rank])?;
            vec![x, String::new(), String::new(), sizes]
        }
    };
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = m.with("Resize", &inputs, attributes);
    one(m.transpose(&y, &order))
}

/// Adaptive pooling along one axis after the other.
fn adaptive(m: &mut Mapping<'_, '_>, reduce: &str) -> Mapped {
    let (mut x, shape): (String, Shape) = (m.input(0)?, m.shape(0));
    let sizes: Vec<usize> = m.setting("output_size")?;
    for (axis, size) in (1..).zip(sizes) {
        let n = shape[axis];
        let at = axis as i64;
        if size == 1 {
            let over = vec![ints("axes", &[at]), int("keepdims", 1)];
            x = m.with(reduce, &[&x], over);
        } else if !is_known(n) {
            return Err(Error::format(
                "adaptive pooling of an image of open size to several pixels has no ONNX form; give the size a number",
            ));
        } else if reduce == "ReduceMean" {
            let matrix = adaptive_avg_pool(&units(n).reshape([n, n, 1]), [size]);
            x = along(m, &x, shape.rank(), axis, &matrix.reshape([n, size]))?;
        } else {
            // The pixels of each window, the last one repeated where others have more.
            let window = |i: usize| i * n / size..((i + 1) * n).div_ceil(size);
            let most = (0..size).map(|i| window(i).len()).max().unwrap_or(1);
            let places = (0..size).flat_map(|i| {
                let window = window(i);
                (0..most).map(move |k| (window.start + k.min(window.len() - 1)) as i64)
            });
            let places = Tensor::from_vec(places.collect(), [size, most]);
            let places = m.constant(&places)?;
            x = m.with("Gather", &[&x, &places], vec![int("axis", at)]);
            let over = vec![ints("axes", &[at + 1]), int("keepdims", 0)];
            x = m.with(reduce, &[&x], over);
        }
    }
    one(x)
}
