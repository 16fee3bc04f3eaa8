use nn::prelude::*;

#[model(input = [6], check = "strict")]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    pub fn new() -> Self {
        Self {
            dense: Dense::new(3),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
