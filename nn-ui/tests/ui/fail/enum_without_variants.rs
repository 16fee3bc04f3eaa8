use nn::prelude::*;

#[derive(Layer)]
enum Block {}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

fn main() {}
