#![deny(deprecated)]

use nn::prelude::*;

#[model(input = [6])]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
