use nn::prelude::*;
use nn::ops::tensordot;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        tensordot(&x, self.a(&x), [1], [1])
    }
}

fn main() {}
