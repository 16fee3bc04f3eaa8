use nn::prelude::*;

#[model(new(), input = ([28, 28, 3], [14, 14, 3]))]
struct Net {}

#[model]
impl Net {
    fn call(&self, fine: Tensor, coarse: Tensor) -> Tensor {
        concatenate([&fine, &coarse], -1)
    }
}

fn main() {}
