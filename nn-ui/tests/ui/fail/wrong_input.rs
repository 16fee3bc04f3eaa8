use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense((&x, 3))
    }
}

fn main() {}
