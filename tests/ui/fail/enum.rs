use nn::prelude::*;

#[derive(Model)]
enum Net {
    Small(Dense),
    Large(Vec<Dense>),
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
