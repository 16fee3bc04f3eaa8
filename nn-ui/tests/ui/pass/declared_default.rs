//! Arguments with and without example values, of types of their own.
#![deny(warnings)]

use nn::prelude::*;

/// The sizes of a model.
#[derive(Clone, Copy)]
struct Sizes {
    hidden: usize,
    out: usize,
}

const SMALL: Sizes = Sizes { hidden: 4, out: 2 };

#[model(input = [6], new(sizes: Sizes = SMALL, activation: Activation = Activation::Relu))]
struct Net {
    #[layer(sizes.hidden, activation = activation)]
    hidden: Dense,
    #[layer(sizes.out * 2)]
    out: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.out(self.hidden(x))
    }
}

// Without an example value, and without `input`: no `Default`, nothing to check.
#[model(new(units: usize, bias: bool = true))]
struct Open {
    #[layer(units, use_bias = bias)]
    dense: Dense,
}

#[model]
impl Open {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

const NET: Net = Net::new(SMALL, Activation::Tanh);

pub fn main() {
    assert_eq!(Net::OUTPUT, [4]);
    assert_eq!(Net::default().hidden.config()["config"]["units"], 4);
    let net = NET;
    assert_eq!(net.hidden.config()["config"]["activation"], "tanh");
    assert_eq!(
        Open::new(3, false).dense.config()["config"]["use_bias"],
        false
    );
}
