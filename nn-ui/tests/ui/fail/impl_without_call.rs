use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

#[model]
impl Net {
    fn depth(&self) -> usize {
        1
    }
}

fn main() {}
