//! A layer that only another block uses.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [6], new())]
struct Net {
    #[layer(6)]
    encoder: Dense,
    #[layer(6)]
    decoder: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.encoder(x)
    }
}
impl Net {
    pub fn decode(&self, x: Tensor) -> Tensor {
        self.decoder(x)
    }
}
pub fn main() {
    assert_eq!(Net::new().decode(Tensor::ones([1, 6])).shape(), [1, 6]);
}
