use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let b = x.shape()[0];
        self.dense(x.reshape([b, Self::WIDTH]))
    }
    const WIDTH: usize = 7;
    fn _x(&self) {
    }
}

fn main() {}
