use nn::prelude::*;

#[model]
struct Net;

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
