use nn::prelude::*;

#[model(input = ([seq, 8], [seq / 2, 8]), new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, half: Tensor) -> Tensor {
        let n = x.shape()[1];
        let first = x.slice_axis(1, 0..n / 2 + 1);
        self.dense(first) * half
    }
}

fn main() {}
