//! Whole numbers, which layers of weights do not take silently.

use nn_core::{Error, Tensor};

/// The failure of a layer that computes with floats on whole numbers, which an operation would take as floats: they are labels or indices,
/// and who means numbers says so.
pub(crate) fn refused(layer: &str, x: &Tensor) -> Option<Tensor> {
    let wrong = x.error().is_none() && !x.dtype().is_float();
    wrong.then(|| x.fail("matmul", Error::needs_float(layer, x.dtype())))
}

#[cfg(test)]
mod tests {
    use crate::{Dense, EinsumDense};
    use nn_core::{Layer, Tensor};

    #[test]
    fn with_and_without_a_bias() {
        let whole = Tensor::from([[1_i64, 2]]);
        let floats = Tensor::ones([1, 2]);
        let dense = [Dense::new(3), Dense::new(3).use_bias(false)];
        for dense in dense {
            assert!(dense.forward(&floats).error().is_none());
            let e = dense.forward(&whole).into_result().unwrap_err().to_string();
            assert!(e.starts_with("Dense needs f32 or f64, found i64"), "{e}");
        }
        let einsum = EinsumDense::new("ab,bc->ac", [Some(3)]);
        let e = einsum.forward(&whole).into_result().unwrap_err();
        assert!(e.to_string().contains("needs f32 or f64, found i64"), "{e}");
    }
}
