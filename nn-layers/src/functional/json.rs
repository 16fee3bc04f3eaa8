//! Shapes and element types as Keras writes them.

use nn_core::{DType, Error, Result, Shape, UNKNOWN, is_known};
use serde_json::Value;

/// A shape with `null` for what is open.
pub(crate) fn shape_to_json(shape: &Shape) -> Value {
    let dims = shape.iter().map(|&d| match is_known(d) {
        true => Value::from(d),
        false => Value::Null,
    });
    dims.collect()
}

/// A shape in which `null` is an open dimension.
pub(crate) fn shape_from_json(json: &Value) -> Result<Shape> {
    let wrong = || Error::format(format!("expected a shape, found {json}"));
    let dims = json.as_array().ok_or_else(wrong)?.iter().map(|d| match d {
        Value::Null => Ok(UNKNOWN),
        d => {
            let size = d.as_u64().and_then(|d| usize::try_from(d).ok());
            size.filter(|&d| is_known(d)).ok_or_else(wrong)
        }
    });
    Shape::try_new(&dims.collect::<Result<Vec<_>>>()?)
}

/// Keras's name of an element type.
pub(crate) fn keras_dtype(dtype: DType) -> &'static str {
    match dtype {
        DType::F32 => "float32",
        DType::F64 => "float64",
        DType::I64 => "int64",
        DType::U8 => "uint8",
        DType::Bool => "bool",
    }
}

/// The element type that stands for one of Keras's here: every whole number is `i64`, `u8` aside.
pub(crate) fn dtype_of(name: &str) -> Result<DType> {
    Ok(match name {
        "float64" => DType::F64,
        "bool" => DType::Bool,
        "uint8" => DType::U8,
        "int8" | "int16" | "int32" | "int64" | "uint16" | "uint32" | "uint64" => DType::I64,
        "float32" | "float16" | "bfloat16" => DType::F32,
        other => {
            return Err(Error::format(format!(
                "no tensor has the element type {other}"
            )));
        }
    })
}
