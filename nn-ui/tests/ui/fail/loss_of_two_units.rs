use nn::prelude::*;

#[model(input = [4], new(), loss = BinaryCrossentropy, targets = i64[])]
struct Net {
    #[layer(2, activation = Activation::Softmax)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
