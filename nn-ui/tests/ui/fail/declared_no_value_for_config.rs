use nn::prelude::*;

#[model(new(units: usize = 10), input = [5])]
struct Net {
    #[layer(units)]
    dense: Dense,
    #[config]
    scale: f32,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x) * self.scale
    }
}

fn main() {}
