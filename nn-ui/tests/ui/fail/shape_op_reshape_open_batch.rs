use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = x.reshape([-1, 12]);
        self.dense(&y) + y
    }
}

fn main() {}
