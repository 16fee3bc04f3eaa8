//! An argument of the constructor under a condition.
#![deny(warnings)]

use nn::prelude::*;
#[model(new(units: usize, #[cfg(target_os = "none")] extra: usize))]
struct Net {
    #[layer(units)]
    a: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}
pub fn main() {
    assert_eq!(Net::new(3).forward(Tensor::ones([2, 6])).shape(), [2, 3]);
}
