use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    forward: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.forward(x)
    }
}

fn main() {}
