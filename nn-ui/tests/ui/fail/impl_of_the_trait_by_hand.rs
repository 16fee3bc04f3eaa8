use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

impl Layer for Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
