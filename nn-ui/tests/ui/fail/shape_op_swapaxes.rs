use nn::prelude::*;

#[model(new(), input = [20, 64])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.swapaxes(1, 3)
    }
}

fn main() {}
