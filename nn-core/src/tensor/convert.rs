//! Tensors from and to Rust values.

use super::Tensor;

impl std::iter::Sum for Tensor {
    /// The sum of all, which broadcast; of none 0.
    fn sum<I: Iterator<Item = Tensor>>(tensors: I) -> Tensor {
        tensors
            .reduce(|sum, t| sum + t)
            .unwrap_or_else(|| Tensor::from(0.0_f32))
    }
}

impl<'a> std::iter::Sum<&'a Tensor> for Tensor {
    fn sum<I: Iterator<Item = &'a Tensor>>(tensors: I) -> Tensor {
        tensors.cloned().sum()
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}

impl Tensor {
    /// Whether two tensors share their memory (a clone, a reshape, a slice of rows).
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        match (self.buffer(), other.buffer()) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}
