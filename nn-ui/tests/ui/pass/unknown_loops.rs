//! `while`, `loop`, `break` and loops of unknown length are not followed.
#![deny(warnings)]
#![allow(clippy::never_loop, clippy::while_let_on_iterator)]

use nn::prelude::*;

#[model(input = [4], new(rounds: usize = 1))]
struct Net {
    #[layer(3)]
    narrow: Dense,
    #[layer(4)]
    wide: Dense,
    #[config]
    rounds: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut y = self.narrow(&x);
        let mut i = 0;
        while i < self.rounds {
            y = self.wide(&y);
            i += 1;
        }
        let mut z = self.narrow(&x);
        for _ in 0..10 {
            if z.shape() == y.shape() {
                break;
            }
            z = y.clone();
        }
        let found = loop {
            break &z;
        };
        let mut rest = [1, 2].into_iter();
        let mut w = self.narrow(&x);
        while let Some(_) = rest.next() {
            w = x.clone();
        }
        let mut v = self.narrow(&x);
        for _ in 0..=0 {
            v = x.clone();
        }
        let mut u = self.narrow(&x);
        for _ in 0..x.shape()[0] {
            u = x.clone();
        }
        let t = 'done: {
            if i == 1 {
                break 'done x.clone();
            }
            self.narrow(&x)
        };
        y + found + w + v + u + t + x
    }
}

pub fn main() {
    assert_eq!(Net::new(1).forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}
