use nn::prelude::*;

#[model(new(), input = [_, 28, 28, 1])]
struct Net {
    #[layer(8, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
