use nn::prelude::*;

#[derive(Clone, Tensors)]
struct Scores {
    class: Tensor,
    size: Tensor,
}

#[model(input = [4], new(), loss = (SparseCategoricalCrossentropy, MeanSquaredError))]
struct Net {
    #[layer(1)]
    class: Dense,
    #[layer(10)]
    size: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Scores {
        Scores { size: self.size(&x), class: self.class(&x) }
    }
}

fn main() {}
