//! The length of an array of layers is a number.

use nn::prelude::*;

#[model(input = [6], new())]
struct Net {
    #[layer(6)]
    layers: [Dense; 3],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for i in 0..self.layers.len() {
            x = self.layers[i].forward(&x) + x;
        }
        x
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [6]);
    assert_eq!(Net::new().forward(Tensor::ones([2, 6])).shape(), [2, 6]);
}
