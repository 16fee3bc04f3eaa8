use nn::prelude::*;

#[model(new(), input = ([5], [8, 1]))]
struct Net {}

#[model]
impl Net {
    fn call(&self, (a, b): (Tensor, Tensor)) -> Tensor {
        nn::concatenate(&[a, b], 1)
    }
}

fn main() {}
