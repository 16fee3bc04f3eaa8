use nn::prelude::*;

#[model]
fn call(x: Tensor) -> Tensor {
    x
}

#[derive(Layer)]
struct Block {
    dense: Dense,
}

#[model]
impl Layer for Block {
    type Input = Tensor;
    type Output = Tensor;
    fn run(&self, x: Tensor, _: bool) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
