use nn::prelude::*;

#[model(input = ([a, b, c, 1], [d, e, f, 1]), new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, y: Tensor) -> Tensor {
        self.dense(x) + self.dense(y)
    }
}

fn main() {}
