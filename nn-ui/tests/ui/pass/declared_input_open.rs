//! A net for images of any size.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [_, _, 3], new())]
struct Fcn {
    #[layer(8, 3, padding = Padding::Same)]
    conv: Conv2D,
}
#[model]
impl Fcn {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}
pub fn main() {}
