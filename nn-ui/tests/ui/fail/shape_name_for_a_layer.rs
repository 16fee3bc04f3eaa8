use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    layers: [Dense; 2],
    #[layer(4, 2)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let layers = &self.layers;
        let (first, head) = (&layers[0], &self.conv);
        let _ = (first, head);
        let last = &layers[1];
        let head = &self.conv;
        head.forward(last.forward(x))
    }
}

fn main() {}
