use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    aux: Dense,
    more: Vec<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
