use nn::prelude::*;

#[model(input = [seq, 64], new())]
struct Net {
    #[layer(64)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x.transpose([1, 0, 2])) + x
    }
}

fn main() {}
