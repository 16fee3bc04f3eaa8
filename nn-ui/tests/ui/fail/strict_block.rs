use nn::prelude::*;

// Both must be followed to their end, and the block is where that ends.
#[model(input = [4], new(), check = "strict")]
struct Block {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        let activation = |t: &Tensor| t.relu();
        activation(&self.dense(x))
    }
}

#[model(input = [4], new(), check = "strict")]
struct Net {
    #[layer]
    block: Block,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
