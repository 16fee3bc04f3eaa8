use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(5)]
    a: Dense,
    #[layer(4)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(&x) + x
    }
}

fn main() {}
