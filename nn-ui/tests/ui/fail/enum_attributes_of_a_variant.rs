use nn::prelude::*;

#[derive(Layer)]
enum Net {
    #[layer(3)]
    Dense(Dense),
    #[model(unused)]
    Nothing,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Net::Dense(dense) => dense.forward(x),
            Net::Nothing => x,
        }
    }
}

fn main() {}
