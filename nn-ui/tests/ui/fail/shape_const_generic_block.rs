use nn::prelude::*;

#[model(new())]
struct Block<const WINDOW: usize> {
    #[layer(8, WINDOW)]
    conv: Conv2D,
}

#[model]
impl<const WINDOW: usize> Block<WINDOW> {
    fn call(&self, x: Tensor) -> Tensor {
        self.conv(x).relu()
    }
}

#[model(input = [5, 5, 1], new())]
struct Net {
    #[layer]
    first: Block<3>,
    #[layer]
    second: Block<4>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

fn main() {}
