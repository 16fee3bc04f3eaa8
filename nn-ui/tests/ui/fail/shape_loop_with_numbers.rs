use nn::prelude::*;

#[model(input = [64], new())]
struct Net {
    #[layer(64)]
    layers: [Dense; 3],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for (i, layer) in self.layers.iter().enumerate() {
            let batch = x.shape()[0];
            x = layer.forward(&x).reshape([batch, 64 + i]);
        }
        x
    }
}

fn main() {}
