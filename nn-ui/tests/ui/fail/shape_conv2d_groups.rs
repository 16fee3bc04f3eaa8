use nn::prelude::*;

#[model(new(groups: usize = 4), input = [32, 32, 6])]
struct Net {
    #[layer(8, 3, groups = groups)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
