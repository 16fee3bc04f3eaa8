use nn::prelude::*;

#[model(new(window: usize))]
struct Unit {
    #[layer(4, window)]
    conv: Conv2D,
}

#[model]
impl Unit {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x).relu()
    }
}

#[model(new(window: usize))]
struct Block {
    #[layer(window)]
    unit: Unit,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.unit(x)
    }
}

#[model(new(window: usize))]
struct Stage {
    #[layer(3)]
    first: Block,
    #[layer(window)]
    second: Block,
}

#[model]
impl Stage {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

#[model(input = [10, 10, 3], new())]
struct Net {
    #[layer(3)]
    stage1: Stage,
    #[layer(5)]
    stage2: Stage,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.stage2(self.stage1(x))
    }
}

fn main() {}
