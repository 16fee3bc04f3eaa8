use nn::prelude::*;

#[model(input = [4], new(), loss = SparseCategoricalCrossentropy)]
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
