use nn::prelude::*;

#[model(new(units: usize))]
struct Block {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        &x + &self.dense(&x)
    }
}

#[model(input = [10], new())]
struct Sound {
    #[layer(10)]
    block: Block,
}

#[model]
impl Sound {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

#[model(input = [12], new())]
struct Wrong {
    #[layer(10)]
    block: Block,
}

#[model]
impl Wrong {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
