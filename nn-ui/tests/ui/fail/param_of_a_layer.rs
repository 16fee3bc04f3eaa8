use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[param]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
