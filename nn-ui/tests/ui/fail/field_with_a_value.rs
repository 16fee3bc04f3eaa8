use nn::prelude::*;

#[model(new())]
struct Net {
    dense: Dense = Dense::new(4),
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
