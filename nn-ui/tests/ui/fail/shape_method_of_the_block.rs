use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.helper(x)
    }
    fn helper(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
