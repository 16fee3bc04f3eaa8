use nn::prelude::*;

#[derive(Layer)]
struct Block {
    dense: Dense,
}

impl Block {
    fn new(units: usize) -> Block {
        Block {
            dense: Dense::new(units),
        }
    }
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
