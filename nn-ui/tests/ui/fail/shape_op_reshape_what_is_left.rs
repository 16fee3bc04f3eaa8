use nn::prelude::*;

#[model(input = [8, 8, 24], new())]
struct Net {
    #[layer(25, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = x.reshape([x.shape()[0] as isize, -1]);
        self.conv(y)
    }
}

fn main() {}
