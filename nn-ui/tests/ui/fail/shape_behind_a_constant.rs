use nn::prelude::*;

const RESIDUAL: bool = true;

#[model(input = [8], new())]
struct Net {
    #[layer(7)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        if RESIDUAL { y + x } else { y }
    }
}

fn main() {}
