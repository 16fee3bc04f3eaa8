//! Convolution, pooling and normalization. Images are `[batch, height, width, channels]` here and `[batch, channels, height, width]` in
//! ONNX: the axes are turned before and after, which runtimes take out where two meet.

use super::mapping::{Mapped, Mapping, float, int, ints, one, text};
use super::proto::AttributeProto;
use nn_core::attributes::{Attribute, Setting};
use nn_core::ops::Padding;
use nn_core::{Error, Result, is_known};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "conv2d" => conv2d(m),
        "max_pool2d" => pool(m, "MaxPool", Vec::new()),
        // Padding does not count in the mean.
        "avg_pool2d" => pool(m, "AveragePool", vec![int("count_include_pad", 0)]),
        "batch_norm_inference" => batch_norm_inference(m),
        "batch_norm" => batch_norm(m),
        "layer_norm" => {
            let (x, gamma, beta) = (m.input(0)?, m.input(1)?, m.input(2)?);
            let epsilon = vec![int("axis", -1), float("epsilon", m.setting("epsilon")?)];
            one(m.with("LayerNormalization", &[&x, &gamma, &beta], epsilon))
        }
        _ => Ok(None),
    }
}

const CHANNELS_FIRST: [usize; 4] = [0, 3, 1, 2];
const CHANNELS_LAST: [usize; 4] = [0, 2, 3, 1];

/// How windows of a size lie on the image: strides, dilations, and the pixels added around.
fn windows(
    m: &mut Mapping<'_, '_>,
    x: String,
    size: [usize; 2],
) -> Result<(String, Vec<AttributeProto>)> {
    let strides: [usize; 2] = m.setting("strides")?;
    let dilation: [usize; 2] = m.setting("dilation")?;
    let padding: Padding = m.setting("padding")?;
    let border = match m.node.op.attributes().find("border") {
        None => [[0, 0], [0, 0]],
        Some(border) => {
            <[[usize; 2]; 2]>::from_attribute(border).ok_or_else(|| unreadable(border))?
        }
    };
    let pair = |pair: [usize; 2]| pair.map(|n| n as i64);
    let mut attributes = vec![
        ints("strides", &pair(strides)),
        ints("dilations", &pair(dilation)),
    ];
    let image = m.shape(0);
    let open = [image[1], image[2]].iter().any(|&size| !is_known(size));
    let mut x = x;
    if padding == Padding::Same && open && strides != [1, 1] {
        if dilation != [1, 1] {
            return Err(Error::format(
                "windows with strides and dilation on an image of open size, padded to the same size, have no ONNX form; give height and width a number",
            ));
        }
        // ONNX computes the same padding itself, but none around it.
        if border != [[0, 0], [0, 0]] {
            let [[top, bottom], [left, right]] = border.map(pair);
            let pads = m.ints(&[0, 0, top, left, 0, 0, bottom, right])?;
            x = m.call("Pad", &[&x, &pads]);
        }
        attributes.push(text("auto_pad", "SAME_UPPER"));
        return Ok((x, attributes));
    }
    let mut pads = [[0, 0]; 2];
    for d in [0, 1] {
        let reach = (size[d] - 1) * dilation[d] + 1;
        // As many windows as strides fit; what is missing lies on both sides, the odd pixel behind. In steps of 1 that is as much
        // for every image.
        let missing = match (padding, strides[d]) {
            (Padding::Valid, _) => 0,
            (Padding::Same, 1) => reach - 1,
            (Padding::Same, stride) => {
                let found = image[d + 1] + border[d][0] + border[d][1];
                ((found.div_ceil(stride) - 1) * stride + reach).saturating_sub(found)
            }
        };
        let before = missing / 2;
        pads[d] = pair([border[d][0] + before, border[d][1] + missing - before]);
    }
    let [[top, bottom], [left, right]] = pads;
    attributes.push(ints("pads", &[top, left, bottom, right]));
    Ok((x, attributes))
}

fn unreadable(attribute: &Attribute) -> Error {
    Error::format(format!("the attribute `border` cannot be `{attribute}`"))
}

fn conv2d(m: &mut Mapping<'_, '_>) -> Mapped {
    let (x, kernel) = (m.input(0)?, m.input(1)?);
    let (size, groups) = (m.shape(1), m.setting("groups")?);
    let x = m.transpose(&x, &CHANNELS_FIRST);
    let (x, mut attributes) = windows(m, x, [size[0], size[1]])?;
    attributes.push(ints("kernel_shape", &[size[0] as i64, size[1] as i64]));
    attributes.push(int("group", groups));
    // [height, width, channels, filters] as [filters, channels, height, width].
    let kernel = m.transpose(&kernel, &[3, 2, 0, 1]);
    let mut inputs = vec![x, kernel];
    if m.input_count() == 3 {
        inputs.push(m.input(2)?);
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = m.with("Conv", &inputs, attributes);
    one(m.transpose(&y, &CHANNELS_LAST))
}

fn pool(m: &mut Mapping<'_, '_>, op_type: &str, more: Vec<AttributeProto>) -> Mapped {
    let (x, size): (String, [usize; 2]) = (m.input(0)?, m.setting("size")?);
    let x = m.transpose(&x, &CHANNELS_FIRST);
    let (x, mut attributes) = windows(m, x, size)?;
    // Pools have no dilation here, and averages have none in this opset.
    attributes.retain(|a| a.name != "dilations");
    attributes.push(ints("kernel_shape", &size.map(|n| n as i64)));
    attributes.extend(more);
    let y = m.with(op_type, &[&x], attributes);
    one(m.transpose(&y, &CHANNELS_LAST))
}

/// Channels are the second axis in ONNX: those of images and sequences are turned there and back.
fn batch_norm_inference(m: &mut Mapping<'_, '_>) -> Mapped {
    let mut inputs: Vec<String> = (0..5).map(|i| m.input(i)).collect::<Result<_>>()?;
    let rank = m.shape(0).rank();
    let mut order: Vec<usize> = (0..rank).collect();
    if rank > 2 {
        order.insert(1, rank - 1);
        order.pop();
        inputs[0] = m.transpose(&inputs[0], &order);
    }
    let epsilon = vec![float("epsilon", m.setting("epsilon")?)];
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = m.with("BatchNormalization", &inputs, epsilon);
    if rank <= 2 {
        return one(y);
    }
    let mut back: Vec<usize> = (2..rank).collect();
    back.insert(0, 0);
    back.push(1);
    one(m.transpose(&y, &back))
}

/// Normalization by the statistics of the batch, by its formula: in ONNX it is for training only.
fn batch_norm(m: &mut Mapping<'_, '_>) -> Mapped {
    let (x, gamma, beta) = (m.input(0)?, m.input(1)?, m.input(2)?);
    let epsilon = m.number(m.setting("epsilon")?)?;
    let rows: Vec<i64> = (0..m.shape(0).rank() as i64 - 1).collect();
    let over = || vec![ints("axes", &rows), int("keepdims", 0)];
    let mean = m.with("ReduceMean", &[&x], over());
    let centered = m.call("Sub", &[&x, &mean]);
    let square = m.call("Mul", &[&centered, &centered]);
    let variance = m.with("ReduceMean", &[&square], over());
    let safe = m.call("Add", &[&variance, &epsilon]);
    let deviation = m.call("Sqrt", &[&safe]);
    let normalized = m.call("Div", &[&centered, &deviation]);
    let scaled = m.call("Mul", &[&normalized, &gamma]);
    let y = m.call("Add", &[&scaled, &beta]);
    Ok(Some(vec![y, mean, variance]))
}
