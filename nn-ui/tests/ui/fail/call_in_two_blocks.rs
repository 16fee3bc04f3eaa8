use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).relu()
    }
}

fn main() {}
