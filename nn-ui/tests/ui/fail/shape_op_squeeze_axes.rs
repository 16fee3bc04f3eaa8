use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.squeeze_axes([-1, 2])
    }
}

fn main() {}
