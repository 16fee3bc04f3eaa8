use nn::prelude::*;

#[model(new(channels: [usize; 3]))]
struct Block {
    #[layer(channels[0], 3)]
    first: Conv2D,
    #[layer(channels[3], 3)]
    second: Conv2D,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

fn main() {}
