use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self) -> Tensor {
        self.dense(Tensor::ones([1, 2]))
    }
}

fn main() {}
