//! A statement under a condition that does not hold.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [4, 4, 1], new())]
struct Net {
    #[layer(8, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer]
    flatten: Flatten,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        #[cfg(target_os = "none")]
        let x = self.flatten(x);
        self.conv(x)
    }
    #[cfg(target_os = "none")]
    fn unused(&self) {}
}
pub fn main() {
    assert_eq!(
        Net::new().forward(Tensor::ones([1, 4, 4, 1])).shape(),
        [1, 4, 4, 8]
    );
}
