//! Other derives beside those of a model.
#![deny(warnings)]

use nn::prelude::*;
#[model(new())]
#[derive(Debug)]
struct Net {
    #[layer(2)]
    dense: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}
#[derive(Clone, Debug, Model)]
#[model(input = [4], check = "build")]
struct B {
    dense: Dense,
}
#[model]
impl B {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}
pub fn main() {
    println!(
        "{:?} {:?}",
        Net::new(),
        B {
            dense: Dense::new(1)
        }
        .clone()
    );
}
