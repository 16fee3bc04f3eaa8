//! Recurrent layers as ONNX's own `RNN`, `LSTM` and `GRU`.
//!
//! ONNX wants `[time, batch, features]`, weights as rows, and the gates of an LSTM in the order i, o, f, c (here: i, f, c, o); those of a
//! GRU are z, r, h on both sides. See <https://onnx.ai/onnx/operators/onnx__LSTM.html>.

use super::mapping::{Mapped, Mapping, int, one};
use nn_core::program::Source;
use nn_core::{Result, Tensor};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "recurrent" => recurrent(m),
        _ => Ok(None),
    }
}

fn recurrent(m: &mut Mapping<'_, '_>) -> Mapped {
    let cell: String = m.setting("cell")?;
    let backwards: bool = m.setting("go_backwards")?;
    let sequences: bool = m.setting("return_sequences")?;
    let carry: bool = m.setting("carry")?;
    let units = m.shape(2)[0];

    let x = m.input(0)?;
    let mut x = m.transpose(&x, &[1, 0, 2]);
    if backwards {
        // Turned around, so that outputs come in the order in which they are computed.
        let (start, end) = (m.ints(&[-1])?, m.ints(&[i64::MIN])?);
        let (axis, step) = (m.ints(&[0])?, m.ints(&[-1])?);
        x = m.call("Slice", &[&x, &start, &end, &axis, &step]);
    }
    let lstm = cell == "Lstm";
    let kernels = [m.input(1)?, m.input(2)?].map(|kernel| {
        let kernel = if lstm {
            in_onnx_order(m, &kernel, 1)
        } else {
            kernel
        };
        m.transpose(&kernel, &[1, 0])
    });
    let [w, r] = kernels;
    let (w, r) = (m.unsqueeze(&w, &[0])?, m.unsqueeze(&r, &[0])?);
    let bias = bias(m, &cell, units)?;
    let mut inputs = vec![x, w, r, bias];
    let states = if lstm { 2 } else { 1 };
    if (4..4 + states).any(|i| !is_zero(m, i)) {
        inputs.push(String::new()); // the lengths of the sequences: all whole
        for i in 4..4 + states {
            let state = m.input(i)?;
            inputs.push(m.unsqueeze(&state, &[0])?);
        }
    }
    let mut attributes = vec![int("hidden_size", units as i64)];
    let op_type = match &*cell {
        "Lstm" => "LSTM",
        "Simple" => "RNN",
        _ => {
            // Whether the reset gate comes after the product with the recurrent kernel.
            attributes.push(int("linear_before_reset", i64::from(cell == "Gru")));
            "GRU"
        }
    };
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let outputs = m.add(op_type, &inputs, attributes, 1 + states);
    let h = match sequences {
        true => m.squeeze(&outputs[0], &[1])?,
        false => outputs[1].clone(),
    };
    let h = m.transpose(&h, &[1, 0, 2]);
    if !carry {
        return one(h);
    }
    let c = m.transpose(&outputs[2], &[1, 0, 2]);
    one(m.with("Concat", &[&h, &c], vec![int("axis", 1)]))
}

/// The gates i, f, c, o along an axis as i, o, f, c.
fn in_onnx_order(m: &mut Mapping<'_, '_>, weight: &str, axis: i64) -> String {
    let gates = m.add("Split", &[weight], vec![int("axis", axis)], 4);
    let [i, f, c, o] = [0, 1, 2, 3].map(|gate| gates[gate].as_str());
    m.with("Concat", &[i, o, f, c], vec![int("axis", axis)])
}

/// `[1, 2 · gates · units]`: the bias of the inputs, then that of the states, which only a GRU has that resets after its product.
fn bias(m: &mut Mapping<'_, '_>, cell: &str, units: usize) -> Result<String> {
    let bias = m.input(3)?;
    let gates = match cell {
        "Simple" => 1,
        "Lstm" => 4,
        _ => 3,
    };
    if cell == "Gru" {
        let flat = m.ints(&[1, (2 * gates * units) as i64])?;
        return Ok(m.call("Reshape", &[&bias, &flat]));
    }
    let bias = match cell {
        "Lstm" => in_onnx_order(m, &bias, 0),
        _ => bias,
    };
    let zeros = m.constant(&Tensor::zeros([gates * units]).cast(m.dtype(0)))?;
    let both = m.with("Concat", &[&bias, &zeros], vec![int("axis", 0)]);
    m.unsqueeze(&both, &[0])
}

/// Whether an input is known to be zeros, which is what ONNX starts from.
fn is_zero(m: &Mapping<'_, '_>, i: usize) -> bool {
    match m.source(i) {
        Source::Node { node, .. } => {
            let op = &m.writer.graph.nodes()[*node].op;
            op.name() == "full" && op.attributes().get::<f64>("value").is_ok_and(|v| v == 0.0)
        }
        Source::Constant(value) if value.is_concrete() => value
            .cast(nn_core::DType::F64)
            .to_vec::<f64>()
            .is_ok_and(|all| all.iter().all(|v| *v == 0.0)),
        _ => false,
    }
}
