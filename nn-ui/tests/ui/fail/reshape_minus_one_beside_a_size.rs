use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let batch = x.shape()[0];
        let y = self.dense(&x).reshape([batch, -1]);
        let heads = x.reshape([batch, 2, -1]);
        y + heads
    }
}

fn main() {}
