//! An array whose length is a constant.
#![deny(warnings)]

use nn::prelude::*;
const DEPTH: usize = 3;
#[model(new(units: usize))]
struct Block {
    #[layer(units)]
    dense: Dense,
}
#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x).relu()
    }
}
#[model(input = [6], new())]
struct Net {
    #[layer(8)]
    blocks: [Block; DEPTH],
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.blocks(x)
    }
}
pub fn main() {
    assert_eq!(Net::OUTPUT, [8]);
    assert_eq!(Net::new().forward(Tensor::ones([2, 6])).shape(), [2, 8]);
}
