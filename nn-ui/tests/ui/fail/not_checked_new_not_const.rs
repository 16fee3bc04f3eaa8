#![deny(deprecated)]

use nn::prelude::*;

#[model(input = [6])]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    #[allow(dead_code)]
    pub fn new() -> Self {
        Self {
            dense: Dense::new(3),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
