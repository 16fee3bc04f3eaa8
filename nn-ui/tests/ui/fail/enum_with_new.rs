use nn::prelude::*;

#[derive(Layer)]
#[model(new())]
enum Block {
    Conv(#[layer(8, 3)] Conv2D),
    Nothing,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Block::Conv(conv) => conv.forward(x),
            Block::Nothing => x,
        }
    }
}

fn main() {}
