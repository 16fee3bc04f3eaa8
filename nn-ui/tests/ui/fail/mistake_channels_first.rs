use nn::prelude::*;

#[model(new(), input = [1, 28, 28])]
struct Cnn {
    #[layer(32, 3, activation = Activation::Relu)]
    conv: Conv2D,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

fn main() {}
