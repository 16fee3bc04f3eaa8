use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x.flatten())
    }
}

fn main() {}
