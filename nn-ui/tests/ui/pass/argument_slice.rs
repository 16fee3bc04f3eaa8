//! A slice of tensors as the input.
#![deny(warnings)]

use nn::prelude::*;
#[model]
struct Net {
    a: Dense,
}
#[model]
impl Net {
    fn call(&self, xs: &[Tensor]) -> Tensor {
        self.a(concatenate(xs, -1))
    }
}
pub fn main() {
    let net = Net { a: Dense::new(2) };
    let xs = vec![Tensor::ones([1, 8]), Tensor::ones([1, 3])];
    assert_eq!(net.forward(&xs).shape(), [1, 2]);
}
