//! Two `call`s, of which a condition chooses one.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [4], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}
#[model]
impl Net {
    #[cfg(not(target_os = "none"))]
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
    #[cfg(target_os = "none")]
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x).relu()
    }
}
pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([1, 4])).shape(), [1, 8]);
}
