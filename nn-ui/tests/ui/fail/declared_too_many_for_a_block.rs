use nn::prelude::*;

#[model(new(units: usize))]
struct Block {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

#[model(new())]
struct Net {
    #[layer(8, 3)]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
