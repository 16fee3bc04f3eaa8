use nn::prelude::*;

#[model(new(), input = [28, 28])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let batch = x.shape()[0];
        x.reshape([batch, 28 * 27])
    }
}

fn main() {}
