use nn::prelude::*;

#[model(input = [4], new(), loss = BinaryCrossentropy, targets = [1])]
struct Net {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
