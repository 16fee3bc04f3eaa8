//! Constructors written by hand and generated ones, each with parts of the other kind.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Layer)]
struct ByHand {
    dense: Dense,
    norm: Option<LayerNormalization>,
    #[config]
    squeeze: bool,
}

impl ByHand {
    const fn new(units: usize) -> ByHand {
        ByHand {
            dense: Dense::new(units),
            norm: None,
            squeeze: units == 1,
        }
    }

    const fn squeeze(mut self, squeeze: bool) -> ByHand {
        self.squeeze = squeeze;
        self
    }
}

#[model]
impl ByHand {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.norm(self.dense(x));
        if self.squeeze { x.squeeze(-1) } else { x }
    }
}

#[model(input = [4], new(units: usize = 1))]
struct Declared {
    #[layer(units)]
    one: ByHand,
    #[layer(units, squeeze = false)]
    two: ByHand,
}

#[model]
impl Declared {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.one(&x), self.two(x))
    }
}

#[model]
struct Outer {
    declared: Declared,
    last: Dense,
}

#[model]
impl Outer {
    fn new() -> Outer {
        Outer {
            declared: Declared::default(),
            last: Dense::new(2),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.last(self.declared(x).1)
    }
}

pub fn main() {
    // The optional layer is not there, and passes on what goes in.
    assert_eq!(Declared::OUTPUT.to_string(), "([], [1])");
    assert_eq!(Outer::new().forward(Tensor::ones([3, 4])).shape(), [3, 2]);
    assert_eq!(
        Declared::new(1).forward(Tensor::ones([3, 4])).0.shape(),
        [3]
    );
}
