use nn::prelude::*;

#[model(new(units: usize))]
struct Net {
    #[layer(units)]
    dense: Dense,
    units: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
