use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(5)]
    a: Dense,
}

#[model]
impl Net {
    fn a(&self, x: Tensor) -> Tensor {
        x
    }
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
