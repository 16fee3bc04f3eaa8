use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        match self.training {
            true => self.dense(x),
            false => x,
        }
    }
}

fn main() {}
