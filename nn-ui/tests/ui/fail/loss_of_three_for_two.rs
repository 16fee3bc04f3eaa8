use nn::losses::{Huber, Poisson};
use nn::prelude::*;

#[model(input = [8], new(), loss = (MeanSquaredError, Huber, Poisson))]
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
