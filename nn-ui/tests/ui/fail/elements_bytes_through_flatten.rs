use nn::prelude::*;

#[model(input = u8[28, 28], new())]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(self.flatten(x))
    }
}

fn main() {}
