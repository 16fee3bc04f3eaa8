//! Where nothing says how a model is made there is nothing that the compiler could check, and nothing to warn of.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Clone, Debug, Model)]
#[model(input = [4])]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

pub fn main() {
    let net = Net {
        dense: Dense::new(3),
    };
    assert_eq!(net.clone().forward(Tensor::ones([2, 4])).shape(), [2, 3]);
    assert_eq!(Net::INPUT, [4]);
}
