use nn::prelude::*;

#[model(input = [4, 6], new())]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.index_axis(2, -7)
    }
}

fn main() {}
