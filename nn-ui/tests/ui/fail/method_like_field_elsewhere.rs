use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    out: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.out(self.dense(x))
    }
}

impl Net {
    fn out(&self, x: Tensor) -> Tensor {
        x.relu()
    }
}

fn main() {}
