//! In inference a matrix product and the activation behind it, as in a fully connected layer: the function of every element is computed while the
//! product is in a cache. A program that reads the product later after all has it computed once more.

use super::{Pair, Rule};
use crate::graph::op::{Backward, Expected, Op, OpHandle, Outputs, Spec};
use crate::ops::activation::gelu::Gelu;
use crate::ops::activation::relu::Relu;
use crate::ops::elementwise::map::{Function, Map};
use crate::ops::linalg::matmul::MatMul;
use crate::{Error, Result, Tensor, with_float};
use nn_kernels::elementwise::map_block_wide;

macro_rules! rules {
    ($($second:literal $function:ident $name:literal;)*) => { $(
        inventory::submit! {
            Rule {
                first: "matmul",
                second: $second,
                recorded: false,
                sole: true,
                waits: is_large,
                fuse: |pair| fuse($function, $name, pair),
            }
        }
    )* };
}

rules! {
    "gelu" Gelu "matmul_gelu";
    "relu" Relu "matmul_relu";
}

/// A product that fits into the first cache is read again for nothing, and waiting for it costs as much as it saves.
fn is_large(inputs: &[Tensor]) -> bool {
    let columns = inputs[1].raw_shape().last().copied().unwrap_or(0);
    let rows = inputs[0]
        .raw_shape()
        .iter()
        .rev()
        .skip(1)
        .product::<usize>();
    rows.saturating_mul(columns) >= 1 << 14
}

fn fuse<F: Function>(function: F, name: &'static str, pair: &Pair<'_>) -> Option<OpHandle> {
    let product = *pair.first.downcast::<MatMul>()?;
    pair.second.downcast::<Map<F>>()?;
    Some(OpHandle::new(MatMulMap {
        product,
        function,
        name,
    }))
}

/// Inputs: those of the product.
struct MatMulMap<F> {
    product: MatMul,
    function: F,
    name: &'static str,
}

impl<F: Function> Op for MatMulMap<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        self.product.infer(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let function = self.function;
        Ok(with_float!(dtype, T => {
            let after = |block: &mut [T]| map_block_wide(block, #[inline(always)] |x: T| function.f(x));
            self.product.product::<T>(inputs, shape, Some(&after))
        })
        .into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Err(Error::gradient("a fused op is recorded as its parts"))
    }
}
