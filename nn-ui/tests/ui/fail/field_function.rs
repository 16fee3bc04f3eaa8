use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
    f: Option<fn(Tensor) -> Tensor>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
