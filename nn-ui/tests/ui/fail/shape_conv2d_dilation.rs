use nn::prelude::*;

#[model(new(), input = [8, 8, 3])]
struct Net {
    #[layer(8, 3, dilation_rate = 4)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x).relu()
    }
}

fn main() {}
