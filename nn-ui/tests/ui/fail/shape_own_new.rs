use nn::prelude::*;

#[model(input = [4])]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    pub const fn new() -> Self {
        Net { a: Dense::new(3) }
    }
    fn call(&self, x: Tensor) -> Tensor {
        self.a(&x) + x
    }
}

fn main() {}
