use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: impl Into<Tensor>) -> Tensor {
        self.dense(x.into())
    }
}

fn main() {}
