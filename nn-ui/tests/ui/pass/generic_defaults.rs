//! Defaults of type parameters.
#![deny(warnings)]

use nn::prelude::*;
#[derive(Layer)]
struct Residual<L = Dense>
where
    L: Layer<Input = Tensor, Output = Tensor>,
{
    inner: L,
}
#[model]
impl<L> Residual<L>
where
    L: Layer<Input = Tensor, Output = Tensor>,
{
    fn call(&self, x: Tensor) -> Tensor {
        &x + self.inner(&x)
    }
}
pub fn main() {
    let r: Residual = Residual {
        inner: Dense::new(4),
    };
    assert_eq!(r.forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}
