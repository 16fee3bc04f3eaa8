use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let Self { a, b: other } = self;
        let (first, second) = (a, other);
        first.forward(&x) + second.forward(&x)
    }
}

fn main() {}
