use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3)]
    layers: Vec<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.layers(x)
    }
}

fn main() {}
