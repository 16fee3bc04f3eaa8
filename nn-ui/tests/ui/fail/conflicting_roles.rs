use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    #[config]
    #[model(skip)]
    units: usize,
    #[model(skip, unused)]
    note: String,
    #[config(default)]
    rate: f32,
    #[param()]
    scale: Param,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
