//! Attention as the operations that it is made of, with all weights in memory.

use super::mapping::{Mapped, Mapping, int, of_unknown_origin, one};
use nn_core::{DType, Result, Shape, Tensor};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        // Where nothing is dropped out; in training there is no other form.
        "attention" if m.setting::<f64>("dropout")? == 0.0 => attention(m),
        _ => Ok(None),
    }
}

/// Heads before time: queries `[batch, heads, queries, dim]`, keys `[batch, heads, dim, keys]`, values `[batch, heads, keys, dim]`.
fn attention(m: &mut Mapping<'_, '_>) -> Mapped {
    let (query, key) = (m.shape(0), m.shape(1));
    let group = query[2] / key[2];
    let q = m.input(0)?;
    let q = m.transpose(&q, &[0, 2, 1, 3]);
    let (k, v) = (
        by_heads(m, 1, &[0, 2, 3, 1], group)?,
        by_heads(m, 2, &[0, 2, 1, 3], group)?,
    );
    let scores = m.call("MatMul", &[&q, &k]);
    let scale = m.number(m.setting("scale")?)?;
    let mut scores = m.call("Mul", &[&scores, &scale]);
    let mut seen = band(m, query[1], key[1])?;
    for i in 3..m.input_count() {
        let mask = m.input(i)?;
        if m.dtype(i) == DType::Bool {
            seen = Some(match seen {
                Some(seen) => m.call("And", &[&seen, &mask]),
                None => mask,
            });
        } else {
            scores = m.call("Add", &[&scores, &mask]);
        }
    }
    if let Some(seen) = &seen {
        let unseen = m.number(-1e30)?;
        scores = m.call("Where", &[seen, &scores, &unseen]);
    }
    let mut weights = m.with("Softmax", &[&scores], vec![int("axis", -1)]);
    if let (Some(seen), "zeros") = (&seen, m.setting::<String>("unseeing")?.as_str()) {
        let nothing = m.number(0.0)?;
        weights = m.call("Where", &[seen, &weights, &nothing]);
    }
    let found = m.call("MatMul", &[&weights, &v]);
    one(m.transpose(&found, &[0, 2, 1, 3]))
}

/// Keys or values with their heads before time, each as often as heads of queries share it.
fn by_heads(m: &mut Mapping<'_, '_>, i: usize, order: &[usize; 4], group: usize) -> Result<String> {
    let (x, shape) = (m.input(i)?, m.shape(i));
    let mut x = m.transpose(&x, order);
    if group > 1 {
        let [rows, columns] = [shape[order[2]], shape[order[3]]];
        x = m.unsqueeze(&x, &[2])?;
        let times = m.ints(&[1, 1, group as i64, 1, 1])?;
        x = m.call("Expand", &[&x, &times]);
        let whole = Shape::from([shape[0], shape[2] * group, rows, columns]);
        let whole = m.sizes(&whole, &[None; 4])?;
        x = m.call("Reshape", &[&x, &whole]);
    }
    Ok(x)
}

/// Which keys are seen by their places, `[queries, keys]`, if not all are.
fn band(m: &mut Mapping<'_, '_>, queries: usize, keys: usize) -> Result<Option<String>> {
    let (causal, window): (bool, Option<usize>) = (m.setting("causal")?, m.setting("window")?);
    if !causal && window.is_none() {
        return Ok(None);
    }
    let place = |m: &mut Mapping<'_, '_>, size: usize, axis: i64| -> Result<String> {
        let size = m.size(size)?.ok_or_else(of_unknown_origin)?;
        let size = m.squeeze(&size, &[0])?;
        let (first, step) = (
            m.constant(&Tensor::from(0_i64))?,
            m.constant(&Tensor::from(1_i64))?,
        );
        let places = m.call("Range", &[&first, &size, &step]);
        m.unsqueeze(&places, &[axis])
    };
    let (query, key) = (place(m, queries, 1)?, place(m, keys, 0)?);
    let behind = m.call("Sub", &[&query, &key]);
    let mut seen = None;
    if causal {
        let zero = m.constant(&Tensor::from(0_i64))?;
        seen = Some(m.call("GreaterOrEqual", &[&behind, &zero]));
    }
    if let Some(window) = window {
        let far = m.call("Abs", &[&behind]);
        let window = m.constant(&Tensor::from(window as i64))?;
        let near = m.call("Less", &[&far, &window]);
        seen = Some(match seen {
            Some(seen) => m.call("And", &[&seen, &near]),
            None => near,
        });
    }
    Ok(seen)
}
