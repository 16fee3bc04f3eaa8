use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[config]
    #[layer(4)]
    units: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
