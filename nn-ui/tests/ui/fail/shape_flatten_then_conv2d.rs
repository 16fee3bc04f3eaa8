use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(32, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.flatten(x);
        self.conv(x)
    }
}

fn main() {}
