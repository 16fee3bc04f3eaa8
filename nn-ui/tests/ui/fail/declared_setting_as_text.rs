use nn::prelude::*;

#[model(input = [28], new())]
struct Net {
    #[layer(8, activation = "relu")]
    l: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.l(x)
    }
}

fn main() {}
