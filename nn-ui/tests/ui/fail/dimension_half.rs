use nn::prelude::*;

#[model(input = [seq, 64], new())]
struct Net {
    #[layer(2)]
    pool: MaxPooling1D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(&x) + x
    }
}

fn main() {}
