//! Layers of types that are not known, in a `Vec`.
#![deny(warnings)]

use nn::extend::DynLayer;
use nn::prelude::*;
#[model]
struct Net {
    layers: Vec<Box<dyn DynLayer>>,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.layers(x)
    }
}
pub fn main() {
    let net = Net {
        layers: vec![Box::new(Dense::new(3)), Box::new(ReLU::new())],
    };
    assert_eq!(net.forward(Tensor::ones([2, 4])).shape(), [2, 3]);
}
