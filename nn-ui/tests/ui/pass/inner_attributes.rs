//! Inner attributes of a block and of `call`.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [6], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}
#[model]
impl Net {
    #![allow(clippy::let_and_return)]
    fn call(&self, x: Tensor) -> Tensor {
        #![allow(unused_variables)]
        let unused = 1;
        let y = self.a(x);
        y
    }
}
pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([2, 6])).shape(), [2, 3]);
}
