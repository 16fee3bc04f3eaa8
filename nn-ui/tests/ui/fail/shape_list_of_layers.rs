use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(8)]
    first: Dense,
    #[layer(5)]
    second: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in [&self.first, &self.second] {
            x = layer.forward(&x) + x;
        }
        x
    }
}

fn main() {}
