//! In inference a matrix product and the rectifier behind it, a fully connected layer with the most frequent activation: what is negative is
//! cut while the product is in a cache.

use super::matmul_gelu::is_large;
use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::linalg::matmul::MatMul;
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::elementwise::map_block_wide;
use nn_kernels::math::Number;

inventory::submit! {
    Rule {
        first: "matmul",
        second: "relu",
        recorded: false,
        sole: true,
        waits: is_large,
        fuse,
    }
}

fn fuse(pair: &Pair<'_>) -> Option<OpHandle> {
    Some(OpHandle::new(MatMulRelu(*pair.first.downcast()?)))
}

/// Inputs: those of the product.
struct MatMulRelu(MatMul);

impl Op for MatMulRelu {
    fn name(&self) -> &'static str {
        "matmul_relu"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        self.0.infer(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(with_float!(dtype, T => {
            let after = |block: &mut [T]| {
                map_block_wide(block, #[inline(always)] |x: T| Number::maximum(x, T::ZERO));
            };
            self.0.product::<T>(inputs, shape, Some(&after))
        })
        .into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
