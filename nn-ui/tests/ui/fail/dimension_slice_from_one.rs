use nn::prelude::*;

#[model(input = [seq, 8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x).slice_axis(1, 1..) + x
    }
}

fn main() {}
