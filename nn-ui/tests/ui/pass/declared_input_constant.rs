//! The shape of the input as a constant.
#![deny(warnings)]

use nn::prelude::*;
const IMAGE: [usize; 3] = [28, 28, 1];
#[model(input = IMAGE, new())]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(10)]
    a: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(self.flatten(x))
    }
}
pub fn main() {
    assert_eq!(Net::OUTPUT, [10]);
}
