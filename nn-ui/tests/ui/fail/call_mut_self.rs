use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&mut self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
