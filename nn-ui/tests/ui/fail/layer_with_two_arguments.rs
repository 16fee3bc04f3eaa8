use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(8)]
    l: Dense,
    #[layer]
    c: Concatenate,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.c(self.l(&x), x)
    }
}

fn main() {}
