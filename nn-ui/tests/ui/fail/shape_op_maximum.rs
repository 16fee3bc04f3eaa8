use nn::prelude::*;

#[model(new(), input = ([5], [8]))]
struct Net {}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        a.maximum(&b)
    }
}

fn main() {}
