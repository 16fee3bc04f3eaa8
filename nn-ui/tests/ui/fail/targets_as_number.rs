use nn::prelude::*;

#[model(input = [6], new(), loss = MeanSquaredError, targets = 4)]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
