//! Constants that are none: numbers computed from a size that is not known yet.

use super::Tensor;
use crate::{DType, Error, is_made_of_open_size};

impl Tensor {
    /// The error of a constant that was computed from a size which is not known yet: it would be another number for other data. Only a
    /// few numbers are looked at.
    #[doc(hidden)]
    pub fn open_number(&self) -> Option<Error> {
        if !self.is_computed() || self.raw_shape().num_elements() > 8 {
            return None;
        }
        let numbers: Vec<f64> = match self.dtype() {
            DType::F32 => self.to_vec().ok()?.into_iter().map(f32::into).collect(),
            DType::F64 => self.to_vec().ok()?,
            DType::I64 => self
                .to_vec()
                .ok()?
                .into_iter()
                .map(|n: i64| n as f64)
                .collect(),
            DType::U8 | DType::Bool => return None,
        };
        numbers.into_iter().any(is_made_of_open_size).then(|| {
            Error::value(
                "a number that `call` computes from a size which is not known yet, such as the batch, is another one for other data: give the size a number, or let an operation count (`mean` in place of `sum` and a division)",
            )
        })
    }
}
