use nn::prelude::*;

#[model(new(), input = [256, 256, 3])]
struct Residual {
    #[layer(16, 3, padding = Padding::Same)]
    conv: Conv2D,
}

#[model]
impl Residual {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.conv(&x);
        x + y
    }
}

fn main() {}
