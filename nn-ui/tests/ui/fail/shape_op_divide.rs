use nn::prelude::*;

#[model(new(), input = [6, 4])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let length = x.square().sum_axis(-1).sqrt();
        &x / &length
    }
}

fn main() {}
