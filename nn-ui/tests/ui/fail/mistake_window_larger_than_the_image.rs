use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Cnn {
    #[layer(16, 3, activation = Activation::Relu)]
    conv1: Conv2D,
    #[layer(32, 3, activation = Activation::Relu)]
    conv2: Conv2D,
    #[layer(64, 3, activation = Activation::Relu)]
    conv3: Conv2D,
    #[layer(128, 3, activation = Activation::Relu)]
    conv4: Conv2D,
    #[layer(2)]
    pool: MaxPooling2D,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.pool(self.conv1(x));
        let x = self.pool(self.conv2(x));
        let x = self.pool(self.conv3(x));
        self.conv4(x)
    }
}

fn main() {}
