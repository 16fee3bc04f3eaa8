use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: String) -> Tensor {
        self.dense(Tensor::ones([x.len(), 2]))
    }
}

fn main() {}
