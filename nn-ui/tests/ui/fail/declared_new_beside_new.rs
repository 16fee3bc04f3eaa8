use nn::prelude::*;

#[model(new(units: usize))]
struct Net {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl Net {
    pub fn new(units: usize) -> Net {
        Net {
            dense: Dense::new(units),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
