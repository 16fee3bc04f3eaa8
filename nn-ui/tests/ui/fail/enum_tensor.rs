use nn::prelude::*;

#[derive(Layer)]
enum Net {
    Dense(Dense),
    Shift(Tensor),
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Net::Dense(dense) => dense.forward(x),
            Net::Shift(shift) => x + shift,
        }
    }
}

fn main() {}
