use nn::prelude::*;

#[model(new(), input = [2679])]
struct Faces {
    #[layer([57, 47])]
    to_image: Reshape,
    #[layer(10, 5, padding = Padding::Same)]
    conv: Conv2D,
}

#[model]
impl Faces {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(self.to_image(x))
    }
}

fn main() {}
