use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: &mut Tensor) -> Tensor {
        self.a(&*x)
    }
}

fn main() {}
