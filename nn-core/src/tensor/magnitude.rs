//! The greatest magnitude among a tensor's elements, which tells whether all are finite.

use super::Tensor;
use crate::DType;
use nn_kernels::reduce::greatest_magnitude;
use std::sync::Arc;

impl Tensor {
    /// Notes the greatest magnitude, which was found while the value was computed.
    pub(crate) fn with_greatest_magnitude(mut self, greatest: f64) -> Tensor {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.greatest = Some(greatest);
        }
        self
    }

    /// Whether no element is NaN or infinite; true for integers, and for tensors without a value.
    pub fn is_finite_everywhere(&self) -> bool {
        self.greatest_magnitude().is_finite()
    }

    /// The greatest absolute value: NaN if any element is, 0 of nothing, of integers, and of tensors without a value.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, -3.0]).greatest_magnitude(), 3.0);
    /// assert!(Tensor::from([1.0_f32, f32::NAN]).greatest_magnitude().is_nan());
    /// ```
    pub fn greatest_magnitude(&self) -> f64 {
        if let Some(greatest) = self.inner.greatest {
            return greatest;
        }
        match self.dtype() {
            _ if !self.is_concrete() => 0.0,
            DType::F32 => greatest_magnitude(self.data::<f32>()).into(),
            DType::F64 => greatest_magnitude(self.data::<f64>()),
            DType::I64 | DType::U8 | DType::Bool => 0.0,
        }
    }
}
