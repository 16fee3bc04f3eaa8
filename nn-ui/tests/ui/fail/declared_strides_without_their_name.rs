use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4, 3, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
