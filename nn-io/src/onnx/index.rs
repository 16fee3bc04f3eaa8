//! Elements by number.

use super::mapping::{Mapped, Mapping, int, one, text};
use nn_core::{DType, Error, Result, Shape, Tensor, is_known};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "take" => gather(m, "Gather", None),
        "take_along_axis" => gather(m, "GatherElements", None),
        "take_along" => gather(m, "GatherElements", Some(-1)),
        "argsort" | "top_k" => sorted(m).map(Some),
        "one_hot" => {
            // `OneHot` counts negative numbers from the end; here they are no class, as all others beyond the last.
            let depth: i64 = m.setting("depth")?;
            let labels = m.input(0)?;
            let labels = m.unsqueeze(&labels, &[-1])?;
            let classes = m.constant(&Tensor::from_vec((0..depth).collect(), [depth as usize]))?;
            let hits = m.call("Equal", &[&labels, &classes]);
            let to = m.output_dtype();
            one(m.cast(&hits, to))
        }
        "scatter_update" => {
            let (x, places, updates) = (m.input(0)?, m.input(1)?, m.input(2)?);
            let places = m.unsqueeze(&places, &[-1])?;
            one(m.call("ScatterND", &[&x, &places, &updates]))
        }
        "ravel_index" => {
            let shape: Shape = m.setting("shape")?;
            let indices = m.input(0)?;
            let vector = |values: Vec<i64>| Tensor::from(values);
            let sizes = m.constant(&vector(shape.iter().map(|&d| d as i64).collect()))?;
            let inner = |axis: usize| shape[axis + 1..].iter().product::<usize>() as i64;
            let strides = m.constant(&vector((0..shape.rank()).map(inner).collect()))?;
            // From the end counts what is negative.
            let indices = m.call("Mod", &[&indices, &sizes]);
            let parts = m.call("Mul", &[&indices, &strides]);
            let axes = m.ints(&[-1])?;
            one(m.with("ReduceSum", &[&parts, &axes], vec![int("keepdims", 0)]))
        }
        "scatter_add" => {
            let (shape, axis): (Shape, usize) = (m.setting("shape")?, m.setting("axis")?);
            if axis != 0 {
                return Err(Error::value(format!(
                    "scatter_add along axis {axis} has no ONNX form; axis 0 has"
                )));
            }
            let (updates, indices) = (m.input(0)?, m.input(1)?);
            let shape = m.sizes(&shape, &vec![None; shape.rank()])?;
            let zero = super::mapping::value("value", &Tensor::from([0.0]).cast(m.dtype(0)))?;
            let zeros = m.with("ConstantOfShape", &[&shape], vec![zero]);
            let indices = m.unsqueeze(&indices, &[-1])?;
            let inputs = [&*zeros, &indices, &updates];
            one(m.with("ScatterND", &inputs, vec![text("reduction", "add")]))
        }
        _ => Ok(None),
    }
}

fn gather(m: &mut Mapping<'_, '_>, op_type: &str, axis: Option<i64>) -> Mapped {
    let axis = match axis {
        Some(axis) => axis,
        None => m.setting("axis")?,
    };
    let (x, indices) = (m.input(0)?, m.input(1)?);
    one(m.with(op_type, &[&x, &indices], vec![int("axis", axis)]))
}

/// The places of the greatest or least along the last axis; equal ones in their order, here as in ONNX.
fn sorted(m: &mut Mapping<'_, '_>) -> Result<Vec<String>> {
    let (descending, first): (bool, Option<usize>) =
        (m.setting("descending")?, m.setting("first")?);
    let x = m.input(0)?;
    let shape = m.shape(0);
    let all = shape[shape.rank() - 1];
    let count = match first.unwrap_or(all) {
        count if is_known(count) => m.ints(&[count as i64])?,
        _ => {
            let last = shape.rank() as i64 - 1;
            m.with(
                "Shape",
                &[&x],
                vec![int("start", last), int("end", last + 1)],
            )
        }
    };
    let attributes = vec![int("axis", -1), int("largest", i64::from(descending))];
    debug_assert_eq!(m.output_dtype(), DType::I64);
    Ok(vec![m.add("TopK", &[&x, &count], attributes, 2).remove(1)])
}
