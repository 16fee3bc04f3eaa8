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
            Step::Linear(dense) => dense.forward(x),
            Step::Relu => x.relu(),
        }
    }
}

#[model(new())]
struct Net {
    #[layer]
    step: Step,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.step(x)
    }
}

fn main() {}
