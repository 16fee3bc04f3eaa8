use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

trait Forward {
    fn call(&self, x: Tensor) -> Tensor;
}

#[model]
impl Forward for Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
