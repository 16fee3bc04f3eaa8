use nn::prelude::*;

// Made for images of 32 pixels, of which four poolings leave 2 by 2.
#[model(new(), input = [28, 28, 1])]
struct Vgg {
    #[layer(512, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer(2)]
    pools: [MaxPooling2D; 4],
    #[layer(10)]
    classifier: Dense,
}

#[model]
impl Vgg {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.pools(self.conv(x));
        let batch = x.shape()[0];
        self.classifier(x.reshape([batch, 2 * 2 * 512]))
    }
}

fn main() {}
