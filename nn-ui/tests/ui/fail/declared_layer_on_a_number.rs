use nn::prelude::*;

#[model(input = [4], new(k: usize = 4))]
struct Net {
    #[layer(k)]
    a: Dense,
    #[layer]
    k: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
