use nn::prelude::*;

#[model(input = [6], check = "strict")]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    pub const fn new(units: usize) -> Self {
        Self {
            dense: Dense::new(units),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

fn main() {}
