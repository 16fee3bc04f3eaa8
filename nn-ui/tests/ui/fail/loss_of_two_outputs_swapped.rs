use nn::prelude::*;

#[model(input = [8], new(), loss = (MeanSquaredError, SparseCategoricalCrossentropy), targets = ([1], i64[]))]
struct Net {
    #[layer(1)]
    score: Dense,
    #[layer(3)]
    class: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.class(&x), self.score(&x))
    }
}

fn main() {}
