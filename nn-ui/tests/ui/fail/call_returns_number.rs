use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Option<f32> {
        None
    }
}

fn main() {}
