//! Const parameters in shapes, and items of the block and of `call` with the names of others.
#![deny(warnings)]
#![allow(clippy::items_after_statements)]

use nn::prelude::*;

#[model(new())]
struct Groups<const N: usize, const FLIP: bool> {}

#[model]
impl<const N: usize, const FLIP: bool> Groups<N, FLIP> {
    const REST: usize = 2;

    fn call(&self, x: Tensor) -> Tensor {
        let batch = x.shape()[0];
        let width = x.shape()[1];
        let x = x.reshape([batch, N, width / N]);
        if FLIP {
            return x.swapaxes(1, 2);
        }
        x.reshape([batch, N, Self::REST, width / N / Self::REST])
    }
}

#[model(new())]
struct Shadowed<const N: usize> {}

#[model]
impl<const N: usize> Shadowed<N> {
    fn call(&self, x: Tensor) -> Tensor {
        let before = x.reshape([x.shape()[0], N, 3]);
        {
            // An item of this block is meant, not the parameter.
            const N: usize = 6;
            before.reshape([before.shape()[0], N, 2])
        }
    }
}

#[model(input = [12], new())]
struct Net {
    #[layer]
    groups: Groups<3, false>,
    #[layer]
    flipped: Groups<3, true>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.groups(&x), self.flipped(x))
    }
}

#[model(input = [12], new())]
struct Inner {
    #[layer]
    shadowed: Shadowed<4>,
}

#[model]
impl Inner {
    fn call(&self, x: Tensor) -> Tensor {
        self.shadowed(x)
    }
}

pub fn main() {
    let (groups, flipped) = Net::new().forward(Tensor::ones([2, 12]));
    assert_eq!(groups.shape(), [2, 3, 2, 2]);
    assert!(flipped.shape() == [2, 4, 3] || flipped.shape() == [2, 3, 4]);
    assert_eq!(
        Inner::new().forward(Tensor::ones([2, 12])).shape(),
        [2, 6, 2]
    );
}
