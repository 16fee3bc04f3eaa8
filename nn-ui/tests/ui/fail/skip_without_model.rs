use nn::prelude::*;

#[model]
struct Net {
    #[skip]
    steps: usize,
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x) * self.steps as f32
    }
}

fn main() {}
