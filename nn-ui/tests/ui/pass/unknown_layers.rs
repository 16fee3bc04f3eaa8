//! Layers without a rule: written by hand, or from a library that has never heard of any.
#![deny(warnings)]

use nn::Module;
use nn::prelude::*;

/// `Layer` by hand, the fields by the derive.
#[derive(Layer)]
struct ByHand {
    dense: Dense,
}

impl Layer for ByHand {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, x: Tensor, _: bool) -> Tensor {
        self.dense(x).expand_dims(-1)
    }
}

impl ByHand {
    const fn new(units: usize) -> ByHand {
        ByHand {
            dense: Dense::new(units),
        }
    }
}

/// `Module` by hand too.
struct Opaque;

impl Module for Opaque {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn from_config(_: &serde_json::Value) -> nn::Result<Self> {
        Ok(Opaque)
    }
}

impl Layer for Opaque {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, x: Tensor, _: bool) -> Tensor {
        x.flatten_from(1)
    }
}

impl Opaque {
    const fn new() -> Opaque {
        Opaque
    }
}

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    by_hand: ByHand,
    #[layer]
    opaque: Opaque,
    #[layer(2)]
    last: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.by_hand(&x).swapaxes(1, 2);
        let y = self.opaque(y + x.mean());
        self.last(y.reshape([x.shape()[0], 3]))
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT.to_string(), "_");
    assert_eq!(Net::new().forward(Tensor::ones([5, 4])).shape(), [5, 2]);
}
