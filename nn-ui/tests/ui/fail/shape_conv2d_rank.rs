use nn::prelude::*;

#[model(new(), input = [784])]
struct Net {
    #[layer(32, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
