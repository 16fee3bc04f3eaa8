//! Normalization.

use super::mapping::{Mapped, Mapping, float, int, ints, one};
use nn_core::Result;

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
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
