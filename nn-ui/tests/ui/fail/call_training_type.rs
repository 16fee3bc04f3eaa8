use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, training: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
