use nn::prelude::*;

#[model(new())]
struct Heads<const N: usize> {}

#[model]
impl<const N: usize> Heads<N> {
    fn call(&self, x: Tensor) -> Tensor {
        let (batch, length, width) = (x.shape()[0], x.shape()[1], x.shape()[2]);
        x.reshape([batch, length, N, width / N])
    }
}

#[model(input = [12, 64], new())]
struct Net {
    #[layer]
    heads: Heads<5>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.heads(x)
    }
}

fn main() {}
