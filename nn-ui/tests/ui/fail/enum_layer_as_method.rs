use nn::prelude::*;

#[derive(Layer)]
enum Step {
    Linear(Dense),
    Relu,
}

#[model]
impl Step {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Step::Linear(dense) => self.dense(x),
            Step::Relu => x.relu(),
        }
    }
}

fn main() {}
