use nn::prelude::*;

#[model(crate = neural)]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
