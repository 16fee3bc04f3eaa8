use nn::prelude::*;

#[model(new(filters: usize))]
struct Block {
    #[layer(filters, 3)]
    conv: Conv2D,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x)
    }
}

#[model(new())]
struct Net {
    #[layer(8, strides = 2)]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
