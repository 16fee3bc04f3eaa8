use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call<T: Into<Tensor>>(&self, x: T) -> Tensor {
        self.dense(x.into())
    }
}

fn main() {}
