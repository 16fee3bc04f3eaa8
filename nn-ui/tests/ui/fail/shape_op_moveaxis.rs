use nn::prelude::*;

#[model(new(), input = [28, 28, 3])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.moveaxis(-1, 1) + x
    }
}

fn main() {}
