//! Reductions over axes.

use super::mapping::{Mapped, Mapping, int, ints, one};
use nn_core::{DType, Result};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "sum" => {
            let (x, axes) = (m.input(0)?, axes(m)?);
            let axes = m.ints(&axes)?;
            let keepdims = keepdims(m)?;
            // Without axes the result is the input, not the sum of all.
            let none = int("noop_with_empty_axes", 1);
            one(m.with(
                "ReduceSum",
                &[&x, &axes],
                vec![int("keepdims", keepdims), none],
            ))
        }
        "mean" => over_axes(m, "ReduceMean"),
        "max" => over_axes(m, "ReduceMax"),
        "min" => over_axes(m, "ReduceMin"),
        "prod" => over_axes(m, "ReduceProd"),
        "any" => truth(m, "ReduceMax"),
        "all" => truth(m, "ReduceMin"),
        "argmax" => position(m, "ArgMax"),
        "argmin" => position(m, "ArgMin"),
        "cumsum" => {
            let (axis, reverse): (i64, bool) = (m.setting("axis")?, m.setting("reverse")?);
            let (x, axis) = (m.input(0)?, m.constant(&nn_core::Tensor::from(axis))?);
            one(m.with(
                "CumSum",
                &[&x, &axis],
                vec![int("reverse", i64::from(reverse))],
            ))
        }
        _ => Ok(None),
    }
}

/// The axes, of which none are all.
fn axes(m: &Mapping<'_, '_>) -> Result<Vec<i64>> {
    let axes: Option<Vec<i64>> = m.setting("axes")?;
    Ok(axes.unwrap_or_else(|| (0..m.shape(0).rank() as i64).collect()))
}

fn keepdims(m: &Mapping<'_, '_>) -> Result<i64> {
    m.setting::<bool>("keepdims").map(i64::from)
}

/// A reduction whose axes are an attribute, as they are up to opset 17; an empty list would mean all.
fn reduced(m: &mut Mapping<'_, '_>, op_type: &str, x: &str) -> Result<String> {
    let (axes, keepdims) = (axes(m)?, keepdims(m)?);
    Ok(match axes.is_empty() {
        true => m.call("Identity", &[x]),
        false => m.with(
            op_type,
            &[x],
            vec![ints("axes", &axes), int("keepdims", keepdims)],
        ),
    })
}

fn over_axes(m: &mut Mapping<'_, '_>, op_type: &str) -> Mapped {
    let x = m.input(0)?;
    one(reduced(m, op_type, &x)?)
}

/// Truth values are reduced as 0 and 1.
fn truth(m: &mut Mapping<'_, '_>, op_type: &str) -> Mapped {
    let x = m.input(0)?;
    let numbers = m.cast(&x, DType::I64);
    let reduced = reduced(m, op_type, &numbers)?;
    one(m.cast(&reduced, DType::Bool))
}

fn position(m: &mut Mapping<'_, '_>, op_type: &str) -> Mapped {
    let (mut x, axis) = (m.input(0)?, m.setting("axis")?);
    // ONNX Runtime looks for places among floats only.
    if !m.dtype(0).is_float() {
        x = m.cast(&x, DType::F64);
    }
    one(m.with(op_type, &[&x], vec![int("axis", axis), int("keepdims", 0)]))
}
