use nn::prelude::*;

#[model(new(), input = [64])]
struct Net {
    #[layer(axis = 2)]
    norm: LayerNormalization,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(x)
    }
}

fn main() {}
