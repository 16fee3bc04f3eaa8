use nn::prelude::*;

#[model(new(), input = [784])]
struct Net {
    #[layer([28, 27, 1])]
    image: Reshape,
    #[layer(8, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(self.image(x))
    }
}

fn main() {}
