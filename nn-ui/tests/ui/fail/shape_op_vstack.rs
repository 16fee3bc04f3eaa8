use nn::prelude::*;
use nn::ops::vstack;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        vstack([&x, &self.a(&x)])
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        nn::ops::hstack([&x, &self.a(&x)]) + Tensor::ones([6])
    }
}

fn main() {}
