use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
