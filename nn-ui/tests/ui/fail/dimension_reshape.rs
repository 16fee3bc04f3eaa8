use nn::prelude::*;

#[model(input = [seq, 64], new())]
struct Net {
    #[layer(64)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let (batch, seq) = (x.shape()[0], x.shape()[1]);
        self.dense(x).reshape([batch, seq, 8, 9])
    }
}

fn main() {}
