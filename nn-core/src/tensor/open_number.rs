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
        let (numbers, rounding): (Vec<f64>, f64) = match self.dtype() {
            DType::F32 => {
                let numbers: Vec<f32> = self.to_vec().ok()?;
                let rounding = f64::from(f32::EPSILON) / 2.0;
                (numbers.into_iter().map(f32::into).collect(), rounding)
            }
            DType::F64 => (self.to_vec().ok()?, f64::EPSILON),
            DType::I64 => {
                let numbers: Vec<i64> = self.to_vec().ok()?;
                (numbers.into_iter().map(|n| n as f64).collect(), 0.0)
            }
            DType::U8 | DType::Bool => return None,
        };
        numbers.into_iter().any(|number| is_made_of_open_size(number, rounding)).then(|| {
            Error::value(
                "a number that `call` computes from a size which is not known yet, such as the batch, is another one for other data: give the size a number, or let an operation count (`mean` in place of `sum` and a division)",
            )
        })
    }
}
