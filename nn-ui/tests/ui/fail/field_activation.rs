use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(Activation::Relu)]
    act: Activation,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.act(x)
    }
}

fn main() {}
