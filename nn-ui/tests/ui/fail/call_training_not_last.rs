use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, training: bool, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
