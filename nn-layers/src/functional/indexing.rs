//! Keras's `GetItem` in Functional models, which is Python's `x[:, 0]`: read as slices, and slices written as it.

use nn_core::config::from_json;
use nn_core::{Attributes, Error, Result, Tensor, is_known, ops::Slice};
use serde_json::{Map, Value, json};

/// `x[index]`, the index as Keras writes it: slices, whole numbers, `...` and new axes.
pub(crate) fn get_item(x: &Tensor, index: &Value) -> Result<Tensor> {
    let alone = [index.clone()];
    let items = index.as_array().map_or(&alone[..], Vec::as_slice);
    let is_ellipsis = |item: &Value| item["class_name"] == "__ellipsis__";
    let named = items
        .iter()
        .filter(|item| !item.is_null() && !is_ellipsis(item))
        .count();
    let rank = x.shape().rank();
    let Some(others) = rank.checked_sub(named) else {
        return Err(Error::format(format!(
            "GetItem of {named} axes, found shape {}",
            x.shape()
        )));
    };
    // All slices at once: what is written as one index is one operation again when it is read.
    let mut slices = Vec::with_capacity(rank);
    for item in items {
        match (item, item["class_name"].as_str()) {
            (Value::Null, _) => {}
            (_, Some("__ellipsis__")) => slices.extend(std::iter::repeat_n(Slice::ALL, others)),
            (_, Some("__slice__")) => {
                let size = x.shape().get(slices.len()).copied();
                let size = size.ok_or_else(|| Error::format("GetItem with two `...`"))?;
                slices.push(slice(&item["config"], size)?);
            }
            (Value::Number(_), _) => slices.push(Slice::ALL),
            _ => {
                return Err(Error::format(format!(
                    "GetItem takes slices, whole numbers, `...` and new axes here, found {:.80}",
                    item.to_string()
                )));
            }
        }
    }
    let (mut x, mut axis) = (x.clone(), 0_usize);
    let are_slices = items.iter().all(|item| item.is_object());
    if are_slices || slices.iter().any(|slice| *slice != Slice::ALL) {
        x = x.slice_axes(&slices).into_result()?;
    }
    for item in items {
        match item {
            Value::Null => {
                x = x.expand_dims(axis as isize).into_result()?;
                axis += 1;
            }
            Value::Number(_) => {
                x = x
                    .index_axis(axis as isize, from_json(item)?)
                    .into_result()?;
            }
            _ => axis += if is_ellipsis(item) { others } else { 1 },
        }
    }
    Ok(x)
}

/// Python's slice of an axis of `size`: its ends are cut to the axis, and those of a negative step stand the other way round.
fn slice(config: &Value, size: usize) -> Result<Slice> {
    let end = |name: &str| -> Result<Option<isize>> { Ok(from_json(&config[name])?) };
    let (start, stop) = (end("start")?, end("stop")?);
    let step = end("step")?.unwrap_or(1);
    let (low, high) = match step < 0 {
        false => (start, stop),
        // From `start` down to what is above `stop`.
        true => {
            let above = |end: isize| (end != -1).then(|| end.saturating_add(1));
            (stop.and_then(above), start.and_then(above))
        }
    };
    let known = is_known(size).then_some(size as isize);
    // As they are where they are ends of ours too.
    let cut = |end: isize| match known {
        Some(n) if end < -n => 0,
        Some(n) => end.min(n),
        None => end,
    };
    let from_start = |end: isize| {
        if end < 0 {
            end + known.unwrap_or(0)
        } else {
            end
        }
    };
    let range = match (low.map(cut), high.map(cut)) {
        (None, None) => Slice::from(..),
        (Some(low), None) => Slice::from(low..),
        (None, Some(high)) => Slice::from(..high),
        // Nothing, where the end lies before the start.
        (Some(low), Some(high)) if known.is_some() && from_start(high) < from_start(low) => {
            Slice::from(low..low)
        }
        (Some(low), Some(high)) => Slice::from(low..high),
    };
    Ok(range.step(step))
}

/// The calls of an operation of ours as Keras writes them: those of a slice have its index behind the tensor.
pub(crate) fn with_index(config: &Map<String, Value>, nodes: &Value) -> Result<Value> {
    let mut nodes = nodes.clone();
    if config.get("op").is_some_and(|op| op == "slice") {
        for node in nodes.as_array_mut().into_iter().flatten() {
            if let Some(args) = node.get_mut("args").and_then(Value::as_array_mut) {
                args.push(index_of(config)?);
            }
        }
    }
    Ok(nodes)
}

/// The index that Keras takes for a slice of ours, by the configuration of that.
fn index_of(config: &Map<String, Value>) -> Result<Value> {
    let attributes: Attributes = from_json(config.get("attributes").unwrap_or(&Value::Null))?;
    let list = |name: &str| attributes.get::<Vec<Option<isize>>>(name);
    let ends = [list("start")?, list("stop")?].concat();
    if ends
        .into_iter()
        .flatten()
        .any(|end| !is_known(end.unsigned_abs()))
    {
        return Err(Error::format(
            "a slice that begins or ends at an open size cannot be written for Keras, whose indices are numbers",
        ));
    }
    let ends = list("start")?.into_iter().zip(list("stop")?);
    let slices = ends.zip(list("step")?).map(|((start, stop), step)| {
        let step = step.unwrap_or(1);
        let below = |end: isize| (end != 0).then(|| end - 1);
        let (start, stop) = match step < 0 {
            false => (start, stop),
            // Nothing lies before the first.
            true if stop == Some(0) => (stop, stop),
            true => (stop.and_then(below), start.and_then(below)),
        };
        let step = (step != 1).then_some(step);
        json!({"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": step}})
    });
    Ok(slices.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_pythons() {
        let x = Tensor::arange(12).reshape([3, 4]);
        let slice = |start: Option<i64>, stop: Option<i64>, step: Option<i64>| json!({"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": step}});
        let all = || slice(None, None, None);
        let ellipsis = || json!({"class_name": "__ellipsis__", "config": {}});
        let cases: [(Value, &[usize], &[i64]); 10] = [
            (json!([all(), 0]), &[3], &[0, 4, 8]),
            (json!([-1]), &[4], &[8, 9, 10, 11]),
            (json!(1), &[4], &[4, 5, 6, 7]),
            (json!([ellipsis(), 3]), &[3], &[3, 7, 11]),
            (
                json!([slice(Some(-5), Some(99), Some(2)), 1]),
                &[2],
                &[1, 9],
            ),
            (json!([0, slice(None, None, Some(-1))]), &[4], &[3, 2, 1, 0]),
            (
                json!([0, slice(Some(-2), Some(0), Some(-1))]),
                &[2],
                &[2, 1],
            ),
            (json!([0, slice(Some(3), Some(1), None)]), &[0], &[]),
            (
                json!([all(), null, slice(Some(3), None, None)]),
                &[3, 1, 1],
                &[3, 7, 11],
            ),
            (json!([1, ellipsis(), 2]), &[], &[6]),
        ];
        for (index, shape, values) in cases {
            let found = get_item(&x, &index).unwrap();
            assert_eq!(found.shape(), *shape, "{index}");
            assert_eq!(found.to_vec::<i64>().unwrap(), values, "{index}");
        }
        for wrong in [json!([0, 0, 0]), json!([3]), json!([[0, 1]]), json!(["a"])] {
            assert!(get_item(&x, &wrong).is_err(), "{wrong}");
        }
    }
}
