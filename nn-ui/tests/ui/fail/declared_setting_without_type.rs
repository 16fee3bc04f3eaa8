use nn::prelude::*;

#[model(input = [28, 28, 1], new())]
struct Net {
    #[layer(8, 3, padding = Same)]
    l: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.l(x)
    }
}

fn main() {}
