use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3, activation = Activation::)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
