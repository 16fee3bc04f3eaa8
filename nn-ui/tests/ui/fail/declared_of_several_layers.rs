use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3)]
    pair: (Dense, Dense),
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pair.0.forward(x)
    }
}

fn main() {}
