use nn::prelude::*;

#[model(new(filters: usize))]
struct Block {
    #[layer(filters, 3)]
    conv: Conv2D,
    #[layer(2)]
    pool: MaxPooling2D,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(self.conv(x))
    }
}

#[model(input = [10, 10, 1], new())]
struct Net {
    #[layer(8)]
    blocks: [Block; 3],
}

#[model]
impl Net {
    fn call(&self, mut x: Tensor) -> Tensor {
        for block in &self.blocks {
            x = block.forward(x);
        }
        x
    }
}

fn main() {}
