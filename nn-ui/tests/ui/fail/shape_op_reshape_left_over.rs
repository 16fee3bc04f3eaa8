use nn::prelude::*;

#[model(input = [8, 8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x.reshape([x.shape()[0] as isize, 5, -1]))
    }
}

fn main() {}
