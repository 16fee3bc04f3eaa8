use nn::prelude::*;

#[model(new(), input = [12])]
struct Gate {
    #[layer(12)]
    value: Dense,
    #[layer(11, activation = Activation::Sigmoid)]
    gate: Dense,
}

#[model]
impl Gate {
    fn call(&self, x: Tensor) -> Tensor {
        2.0 * (&self.value(&x) * &self.gate(&x))
    }
}

fn main() {}
