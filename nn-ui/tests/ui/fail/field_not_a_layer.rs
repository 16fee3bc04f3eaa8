use nn::prelude::*;

#[derive(Model)]
struct Net {
    dense: Dense,
    units: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
