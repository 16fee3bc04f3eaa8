use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    call: Dense,
    fit: Dense,
    summary: Option<Dense>,
    forward: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
