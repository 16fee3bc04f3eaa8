use nn::prelude::*;

#[model]
struct Net {
    a: [Dense]
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.iter().fold(x, |x, a| a.forward(x))
    }
}

fn main() {}
