use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, y: Box<Tensor>) -> Tensor {
        self.dense(x) + *y
    }
}

fn main() {}
