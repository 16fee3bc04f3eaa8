use nn::prelude::*;

// Wrong whatever goes in, so that its own check finds it: the models that hold it have nothing to add, whatever else they know.
#[model(new())]
struct Block {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        y.reshape([1, 2, 3]) + y.reshape([1, 2, 4])
    }
}

#[model(new())]
struct Pair {
    #[layer]
    blocks: [Block; 2],
}

#[model]
impl Pair {
    fn call(&self, x: Tensor) -> Tensor {
        self.blocks(x)
    }
}

#[model(input = [4], new())]
struct Net {
    #[layer]
    pair: Pair,
    #[layer]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(self.pair(x))
    }
}

fn main() {}
