use nn::prelude::*;

#[model(input = [seq, 64], new())]
struct Net {
    #[layer(64, 3)]
    conv: Conv1D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(&x) + x
    }
}

fn main() {}
