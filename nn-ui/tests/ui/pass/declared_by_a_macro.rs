//! Models that a macro by example writes.
#![deny(warnings)]

use nn::prelude::*;

macro_rules! perceptron {
    ($name:ident, $input:literal, [$($layer:ident: $units:expr),*]) => {
        #[model(input = [$input], new())]
        struct $name {
            $(
                #[layer($units)]
                $layer: Dense,
            )*
        }

        #[model]
        impl $name {
            fn call(&self, x: Tensor) -> Tensor {
                let y = x;
                $(let y = self.$layer(y).relu();)*
                y
            }
        }
    };
}

perceptron!(Small, 4, [one: 3]);
perceptron!(Large, 8, [one: 16, two: 8 * 2, three: 1 + 1]);

/// A forward pass written outside of the macro that makes the block.
macro_rules! block {
    ($name:ident, |$this:ident, $x:ident| $body:expr) => {
        #[model(input = [6], new())]
        struct $name {
            #[layer(6)]
            dense: Dense,
        }

        #[model]
        impl $name {
            fn call(&$this, $x: Tensor) -> Tensor {
                $body
            }
        }
    };
}

block!(Residual, |self, x| {
    let y = self.dense(&x);
    x + y
});

pub fn main() {
    assert_eq!(Small::OUTPUT, [3]);
    assert_eq!(Large::OUTPUT, [2]);
    assert_eq!(Residual::OUTPUT, [6]);
    assert_eq!(Large::new().forward(Tensor::ones([1, 8])).shape(), [1, 2]);
}
