use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.reshape(100)
    }
}

fn main() {}
