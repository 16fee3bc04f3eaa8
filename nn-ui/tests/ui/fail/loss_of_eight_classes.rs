use nn::prelude::*;

#[model(input = [4], new(), loss = CategoricalCrossentropy, targets = [10])]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
