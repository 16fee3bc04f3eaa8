use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    error: MeanSquaredError,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.error(self.dense(x))
    }
}

fn main() {}
