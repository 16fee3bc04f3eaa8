use nn::prelude::*;

#[model(new())]
struct Net {
    #[config]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
