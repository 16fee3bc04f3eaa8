use nn::prelude::*;

#[model(input = ([seq, 8], [time, 8]), new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        let both = concatenate([&a, &b], 1);
        self.dense(both) + a
    }
}

fn main() {}
