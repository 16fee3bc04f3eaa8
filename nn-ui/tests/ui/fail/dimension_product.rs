use nn::prelude::*;

#[model(input = ([seq, 64], [time, 32]), new())]
struct Net {
    #[layer(64)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.dense(a).swapaxes(1, 2).matmul(b)
    }
}

fn main() {}
