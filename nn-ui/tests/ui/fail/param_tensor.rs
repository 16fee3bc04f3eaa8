use nn::prelude::*;

#[model]
struct Net {
    #[param]
    a: Tensor,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x + self.a()
    }
}

fn main() {}
