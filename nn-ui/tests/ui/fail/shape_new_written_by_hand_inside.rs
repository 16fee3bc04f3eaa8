use nn::prelude::*;

struct Settings {
    units: usize,
}

// A block with a constructor of its own takes part like any other.
#[derive(Layer)]
struct Block {
    dense: Dense,
}

impl Block {
    const fn new(settings: Settings) -> Block {
        Block {
            dense: Dense::new(settings.units),
        }
    }
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

#[model(input = [10], new(units: usize = 20))]
struct Net {
    #[layer(Settings { units })]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
