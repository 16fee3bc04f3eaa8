use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Cnn {
    #[layer(64, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer(10)]
    classifier: Dense,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.conv(x))
    }
}

const _: () = assert!(Cnn::OUTPUT.is([10]), "ten scores for each image");

fn main() {}
