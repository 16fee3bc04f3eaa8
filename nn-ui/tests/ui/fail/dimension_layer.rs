use nn::prelude::*;

#[model(input = ([seq, 8], [time, 8]), new())]
struct Net {
    #[layer]
    concatenate: Concatenate,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.concatenate([a, b])
    }
}

fn main() {}
