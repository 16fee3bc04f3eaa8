use nn::prelude::*;

#[model(input = [6], new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor;
}

fn main() {}
