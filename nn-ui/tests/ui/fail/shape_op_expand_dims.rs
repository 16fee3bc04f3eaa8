use nn::prelude::*;

#[model(new(), input = [28, 28])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.expand_dims(4)
    }
}

fn main() {}
