use nn::prelude::*;

#[model(new(units: usize, residual: bool))]
struct Block {
    #[layer(units)]
    dense: Dense,
    #[config]
    residual: bool,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x).relu();
        if self.residual { x + y } else { y }
    }
}

// The first block changes the width, and so cannot be a residual one.
#[model(input = [32], new())]
struct Net {
    #[layer(64, true)]
    first: Block,
    #[layer(64, true)]
    second: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

fn main() {}
