use nn::prelude::*;

#[model(new(), input = [224, 224, 3])]
struct Net {
    #[layer(32, 3, padding = Padding::Same)]
    conv1: Conv2D,
    #[layer(32, 3, padding = Padding::Same)]
    conv2: Conv2D,
    #[layer(2, padding = Padding::Same)]
    pool: MaxPooling2D,
    #[layer]
    add: Add,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let block1 = self.pool(self.conv1(x));
        let x = self.pool(self.conv2(&block1));
        self.add([x, block1])
    }
}

fn main() {}
