//! In inference a matrix product and the Gaussian error linear unit behind it, as in the feed-forward layers of a transformer: the function
//! is computed while the product is in a cache. A program that reads the product later after all has it computed once more.

use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::activation::gelu::Gelu;
use crate::ops::elementwise::map::{Function, Map};
use crate::ops::linalg::matmul::MatMul;
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::elementwise::map_block_wide;

inventory::submit! {
    Rule {
        first: "matmul",
        second: "gelu",
        recorded: false,
        sole: true,
        waits: is_large,
        fuse,
    }
}

/// A product that fits into the first cache is read again for nothing, and waiting for it costs as much as it saves.
pub(super) fn is_large(inputs: &[Tensor]) -> bool {
    let columns = inputs[1].raw_shape().last().copied().unwrap_or(0);
    let rows = inputs[0]
        .raw_shape()
        .iter()
        .rev()
        .skip(1)
        .product::<usize>();
    rows.saturating_mul(columns) >= 1 << 14
}

fn fuse(pair: &Pair<'_>) -> Option<OpHandle> {
    let product = *pair.first.downcast::<MatMul>()?;
    pair.second.downcast::<Map<Gelu>>()?;
    Some(OpHandle::new(MatMulGelu(product)))
}

/// Inputs: those of the product.
struct MatMulGelu(MatMul);

impl Op for MatMulGelu {
    fn name(&self) -> &'static str {
        "matmul_gelu"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        self.0.infer(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(with_float!(dtype, T => {
            let after = |block: &mut [T]| map_block_wide(block, #[inline(always)] |x: T| Gelu.f(x));
            self.0.product::<T>(inputs, shape, Some(&after))
        })
        .into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
