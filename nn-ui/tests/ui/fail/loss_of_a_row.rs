use nn::prelude::*;

#[model(input = [8], new(), loss = MeanSquaredError, targets = [1])]
struct Net {
    #[layer(1)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x).squeeze(-1)
    }
}

fn main() {}
