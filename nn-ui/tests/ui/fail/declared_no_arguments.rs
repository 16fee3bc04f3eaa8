use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
