use nn::prelude::*;

#[model(input = [6], check = "strict")]
struct Net {
    dense: Dense,
}

impl Net {
    pub const fn new() -> Self {
        Self {
            dense: Dense::new(3),
        }
    }
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
