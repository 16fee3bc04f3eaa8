use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, f: &dyn Fn(Tensor) -> Tensor) -> Tensor {
        f(self.dense(x))
    }
}

fn main() {}
