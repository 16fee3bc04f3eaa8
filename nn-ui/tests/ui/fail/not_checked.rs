#![deny(deprecated)]

use nn::prelude::*;

#[model(not_const, new(), input = [4])]
struct Net {
    #[layer]
    layers: Sequential,
    #[layer(3, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(self.layers(x))
    }
}

fn main() {}
