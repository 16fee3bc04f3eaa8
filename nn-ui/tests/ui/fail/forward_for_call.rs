use nn::prelude::*;

#[derive(Layer)]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
