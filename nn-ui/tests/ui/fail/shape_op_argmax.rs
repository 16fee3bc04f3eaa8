use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.argmax(2)
    }
}

fn main() {}
