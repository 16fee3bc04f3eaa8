use nn::prelude::*;

#[model(input = [seq, 8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.reshape([x.shape()[0] as isize, -1, 16]) + self.dense(x)
    }
}

fn main() {}
