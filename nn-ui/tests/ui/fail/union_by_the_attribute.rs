use nn::prelude::*;

#[model]
union Net {
    a: u8,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
