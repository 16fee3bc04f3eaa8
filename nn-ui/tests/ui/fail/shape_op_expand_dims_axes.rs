use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.expand_dims_axes([0, 6])
    }
}

fn main() {}
