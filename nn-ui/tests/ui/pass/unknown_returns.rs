//! Ways out of `call`: early returns in branches, panics, blocks that never end.
#![deny(warnings)]
#![allow(clippy::needless_return)]

use nn::prelude::*;

#[model(input = [4], new(kind: usize = 1))]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[config]
    kind: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        if self.kind > 3 {
            panic!("no such kind");
        }
        if self.kind == 1 {
            return self.dense(x);
        }
        // With the example value this is never reached.
        let y = self.dense(&x);
        return y + x;
    }
}

#[model(input = [4], new())]
struct Whichever {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Whichever {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let y = self.dense(&x);
        let z = if training {
            return y;
        } else {
            x
        };
        z
    }
}

#[model(input = [4], new())]
struct Todo {}

#[model]
impl Todo {
    fn call(&self, _: Tensor) -> Tensor {
        todo!()
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [3]);
    assert_eq!(Whichever::OUTPUT.to_string(), "[_]");
    let _ = Todo::new();
    let x = Tensor::ones([2, 4]);
    assert_eq!(Net::default().forward(&x).shape(), [2, 3]);
    assert_eq!(Whichever::new().call(&x, false).shape(), [2, 4]);
    assert_eq!(Whichever::new().call(&x, true).shape(), [2, 3]);
}
