use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(5)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x).tril() + x
    }
}

fn main() {}
