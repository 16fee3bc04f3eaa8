//! Convolution and pooling along one, two or three axes. Images are `[batch, …, channels]` here and `[batch, channels, …]` in ONNX: the
//! axes are turned before and after, which runtimes take out where two meet.

use super::mapping::{Mapped, Mapping, int, ints, one, text};
use super::proto::AttributeProto;
use nn_core::attributes::Setting;
use nn_core::ops::{ConvTransposeOptions, Padding};
use nn_core::{Error, Result, is_known};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "conv1d" | "conv2d" | "conv3d" => conv(m),
        "conv1d_transpose" => conv_transpose::<1>(m),
        "conv2d_transpose" => conv_transpose::<2>(m),
        "conv3d_transpose" => conv_transpose::<3>(m),
        "max_pool1d" | "max_pool2d" | "max_pool3d" => pool(m, "MaxPool", Vec::new()),
        // Padding does not count in the mean.
        "avg_pool1d" | "avg_pool2d" | "avg_pool3d" => {
            pool(m, "AveragePool", vec![int("count_include_pad", 0)])
        }
        _ => Ok(None),
    }
}

/// How many axes of pixels there are.
fn axes(m: &Mapping<'_, '_>) -> usize {
    m.shape(0).rank() - 2
}

/// Channels before the pixels.
fn channels_first(m: &mut Mapping<'_, '_>, x: &str) -> String {
    let n = axes(m);
    let order: Vec<usize> = [0, n + 1].into_iter().chain(1..=n).collect();
    m.transpose(x, &order)
}

/// Channels behind the pixels.
fn channels_last(m: &mut Mapping<'_, '_>, x: &str) -> String {
    let n = axes(m);
    let order: Vec<usize> = [0].into_iter().chain(2..n + 2).chain([1]).collect();
    m.transpose(x, &order)
}

fn whole(sizes: &[usize]) -> Vec<i64> {
    sizes.iter().map(|&n| n as i64).collect()
}

/// How windows of a size lie on the image: strides, dilations, and the pixels added around.
fn windows(
    m: &mut Mapping<'_, '_>,
    x: String,
    size: &[usize],
) -> Result<(String, Vec<AttributeProto>)> {
    let strides: Vec<usize> = m.setting("strides")?;
    let dilation: Vec<usize> = m.setting("dilation")?;
    let padding: Padding = m.setting("padding")?;
    let border: Vec<[usize; 2]> = match m.node.op.attributes().find("border") {
        None => vec![[0, 0]; size.len()],
        Some(border) => Setting::from_attribute(border)
            .ok_or_else(|| Error::format(format!("the attribute `border` cannot be `{border}`")))?,
    };
    let mut attributes = vec![
        ints("strides", &whole(&strides)),
        ints("dilations", &whole(&dilation)),
    ];
    let image = m.shape(0);
    let open = image[1..=size.len()].iter().any(|&size| !is_known(size));
    if padding == Padding::Same && open && strides.iter().any(|&stride| stride != 1) {
        if dilation.iter().any(|&dilation| dilation != 1) {
            return Err(Error::format(
                "windows with strides and dilation on an image of open size, padded to the same size, have no ONNX form; give height and width a number",
            ));
        }
        // ONNX computes the same padding itself, but none around it.
        let mut x = x;
        if border.iter().any(|pair| *pair != [0, 0]) {
            let side = |i: usize| border.iter().map(move |pair| pair[i] as i64);
            let pads: Vec<i64> = [0, 0]
                .into_iter()
                .chain(side(0))
                .chain([0, 0])
                .chain(side(1))
                .collect();
            let pads = m.ints(&pads)?;
            x = m.call("Pad", &[&x, &pads]);
        }
        attributes.push(text("auto_pad", "SAME_UPPER"));
        return Ok((x, attributes));
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for d in 0..size.len() {
        let reach = (size[d] - 1) * dilation[d] + 1;
        // As many windows as strides fit; what is missing lies on both sides, the odd pixel behind. In steps of 1 that is as much
        // for every image.
        let missing = match (padding, strides[d]) {
            (Padding::Valid, _) => 0,
            (Padding::Causal, _) | (Padding::Same, 1) => reach - 1,
            (Padding::Same, stride) => {
                let found = image[d + 1] + border[d][0] + border[d][1];
                ((found.div_ceil(stride) - 1) * stride + reach).saturating_sub(found)
            }
        };
        let first = match padding {
            Padding::Causal => missing,
            _ => missing / 2,
        };
        before.push(border[d][0] + first);
        after.push(border[d][1] + missing - first);
    }
    attributes.push(ints("pads", &whole(&[before, after].concat())));
    Ok((x, attributes))
}

fn conv(m: &mut Mapping<'_, '_>) -> Mapped {
    let (x, kernel) = (m.input(0)?, m.input(1)?);
    let (n, shape, groups) = (axes(m), m.shape(1), m.setting("groups")?);
    let size = &shape[..n];
    let x = channels_first(m, &x);
    let (x, mut attributes) = windows(m, x, size)?;
    attributes.push(ints("kernel_shape", &whole(size)));
    attributes.push(int("group", groups));
    // [.., channels, filters] as [filters, channels, ..].
    let order: Vec<usize> = [n + 1, n].into_iter().chain(0..n).collect();
    let kernel = m.transpose(&kernel, &order);
    let mut inputs = vec![x, kernel];
    if m.input_count() == 3 {
        inputs.push(m.input(2)?);
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = m.with("Conv", &inputs, attributes);
    one(channels_last(m, &y))
}

fn conv_transpose<const N: usize>(m: &mut Mapping<'_, '_>) -> Mapped {
    let options = ConvTransposeOptions::<N> {
        strides: m.setting("strides")?,
        padding: m.setting("padding")?,
        output_padding: m.setting("output_padding")?,
        dilation: m.setting("dilation")?,
    };
    let (x, kernel, shape) = (m.input(0)?, m.input(1)?, m.shape(1));
    let size: [usize; N] = std::array::from_fn(|d| shape[d]);
    let ends = options.taken_away(size);
    // What is taken away before and after, and what is added after instead.
    let side = |f: fn([isize; 2]) -> isize| ends.iter().map(move |&pair| f(pair) as i64);
    let pads: Vec<i64> = side(|[before, _]| before)
        .chain(side(|[_, after]| after.max(0)))
        .collect();
    let more: Vec<i64> = side(|[_, after]| (-after).max(0)).collect();
    let attributes = vec![
        ints("kernel_shape", &whole(&size)),
        ints("strides", &whole(&options.strides)),
        ints("dilations", &whole(&options.dilation)),
        ints("pads", &pads),
        ints("output_padding", &more),
    ];
    let x = channels_first(m, &x);
    // [.., filters, channels] as [channels, filters, ..].
    let order: Vec<usize> = [N + 1, N].into_iter().chain(0..N).collect();
    let kernel = m.transpose(&kernel, &order);
    let y = m.with("ConvTranspose", &[&x, &kernel], attributes);
    one(channels_last(m, &y))
}

fn pool(m: &mut Mapping<'_, '_>, op_type: &str, more: Vec<AttributeProto>) -> Mapped {
    let (x, size): (String, Vec<usize>) = (m.input(0)?, m.setting("size")?);
    let x = channels_first(m, &x);
    let (x, mut attributes) = windows(m, x, &size)?;
    // Pools have no dilation here, and averages have none in this opset.
    attributes.retain(|a| a.name != "dilations");
    attributes.push(ints("kernel_shape", &whole(&size)));
    attributes.extend(more);
    let y = m.with(op_type, &[&x], attributes);
    one(channels_last(m, &y))
}
