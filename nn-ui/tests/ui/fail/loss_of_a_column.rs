use nn::prelude::*;

#[model(input = [8], new(), loss = MeanSquaredError, targets = [])]
struct Net {
    #[layer(1)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
