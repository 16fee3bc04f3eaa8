use nn::prelude::*;

#[model(input = [6], new())]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let parts = x.split_sizes([2, 3], 1);
        parts[0].clone()
    }
}

fn main() {}
