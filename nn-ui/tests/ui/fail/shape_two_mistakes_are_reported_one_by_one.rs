use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[layer(8, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = &x + &self.dense(&x);
        self.conv(y)
    }
}

fn main() {}
