use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4, 3, dilation_rate = [1, 2])]
    conv: Conv2D,
    #[layer(2, strides = (1, 2))]
    pool: MaxPooling2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(self.conv(x))
    }
}

fn main() {}
