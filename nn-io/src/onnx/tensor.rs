//! Values and element types as ONNX has them.

use super::proto::TensorProto;
use nn_core::__private::memory;
use nn_core::{DType, Result, Tensor};

/// The number of an element type in `TensorProto.DataType`.
pub(super) fn data_type(dtype: DType) -> i32 {
    match dtype {
        DType::F32 => 1,
        DType::U8 => 2,
        DType::I64 => 7,
        DType::Bool => 9,
        DType::F64 => 11,
    }
}

/// A tensor under a name, its elements in little-endian order.
pub(super) fn tensor(name: &str, value: &Tensor) -> Result<TensorProto> {
    let raw_data = match value.dtype() {
        DType::F32 => bytes(value.try_data::<f32>()?, |v| v.to_le_bytes())?,
        DType::F64 => bytes(value.try_data::<f64>()?, |v| v.to_le_bytes())?,
        DType::I64 => bytes(value.try_data::<i64>()?, |v| v.to_le_bytes())?,
        DType::U8 => value.to_vec::<u8>()?,
        DType::Bool => bytes(value.try_data::<bool>()?, |v| [u8::from(v)])?,
    };
    Ok(TensorProto {
        dims: value.shape().iter().map(|&dim| dim as i64).collect(),
        data_type: data_type(value.dtype()),
        name: name.to_string(),
        raw_data,
    })
}

fn bytes<T: Copy, const N: usize>(values: &[T], of: impl Fn(T) -> [u8; N]) -> Result<Vec<u8>> {
    let mut bytes = memory::room(values.len().saturating_mul(N))?;
    bytes.extend(values.iter().flat_map(|&value| of(value)));
    Ok(bytes)
}
