use nn::prelude::*;

#[model(input = [4], new(), loss = CategoricalCrossentropy, targets = i64[])]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
