use nn::prelude::*;

#[model(new(), input = [8, 8, 3])]
struct Net {
    #[layer(8, 3, strides = 0)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
