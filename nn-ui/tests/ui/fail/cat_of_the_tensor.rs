use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        Tensor::cat(&[self.dense(&x), x], 1)
    }
}

fn main() {}
