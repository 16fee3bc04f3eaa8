use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
    #[layer(50.0)]
    drop: Dropout,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.drop(self.dense(x))
    }
}

fn main() {}
