//! A layer called `new` beside a generated constructor.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    old: Dense,
    #[layer(3)]
    new: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.old(&x) + self.new(&x)
    }
}
pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([1, 4])).shape(), [1, 3]);
}
