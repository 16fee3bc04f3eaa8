use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.argmax_keepdims(4)
    }
}

fn main() {}
