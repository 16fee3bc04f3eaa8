use nn::prelude::*;

#[model(input = [4, 6], new())]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.slice_axis(1, 2..5)
    }
}

fn main() {}
