use nn::prelude::*;

#[model(new(), input = [12, 64])]
struct Attention {}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        x.matmul(&x.transpose([2, 1, 0]))
    }
}

fn main() {}
