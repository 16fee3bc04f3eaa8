use nn::prelude::*;

#[model(new(units: usize), input = [10])]
struct Net {
    #[layer(units, units, activation = Activation::Relu, activation = Activation::Tanh)]
    first: Dense,
    second: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

fn main() {}
