use nn::prelude::*;

#[model(input = ([2 * seq + 1, 8], [seq, 8]), new())]
struct Net {
    #[layer(2)]
    up: UpSampling1D,
}

#[model]
impl Net {
    fn call(&self, long: Tensor, short: Tensor) -> Tensor {
        long + self.up(short)
    }
}

fn main() {}
