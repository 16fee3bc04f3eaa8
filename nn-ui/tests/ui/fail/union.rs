use nn::prelude::*;

#[derive(Model)]
union Net {
    a: f32,
    b: u32,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
