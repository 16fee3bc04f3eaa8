//! Methods that take several axes, or one that may be left out.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4, 6], new())]
struct Net {
    #[layer(6)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.dense(x);
        let x = x.flip_axes([1, -1]).flip(None).flip_axes(&[]) + x;
        let x = x.expand_dims_axes([0, -1]).squeeze_axes([0, 4 - 1 + 1]);
        let x = x.roll(7, -1).roll(1, None).roll_axes([1, 1], [1, 1]);
        let x = x.repeat(2, 1).moveaxis(1, -1);
        let x = x.moveaxis([1, 2], [2, 1]).reshape([-1, 8, 6]);
        let x = x.repeat_each([1, 0, 0, 0, 2, 0, 0, 1], 1);
        let places = x.argmax_keepdims(-1);
        let chosen = x.take_along_axis(&places, -1).round_decimals(2);
        let places = places.squeeze_axes([-1]).one_hot_axis(6, 1);
        // How many there are is seen when it runs.
        let counts = vec![1; x.shape()[1]];
        (x + chosen).repeat_each(counts, 1) * places.moveaxis(1, 2)
    }
}

#[model(input = i64[5], new())]
struct Flat {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Flat {
    fn call(&self, x: Tensor) -> Tensor {
        // The batch alone is left, whatever it is.
        let rows = x.one_hot_axis(4, -1).reshape(-1).reshape([-1, 5, 4]);
        self.dense(rows).reshape([-1, 15])
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [4, 6]);
    assert_eq!(Flat::OUTPUT, [15]);
    let net = Net::new();
    net.build([4, 6]).unwrap();
    assert_eq!(net.forward(Tensor::ones([3, 4, 6])).shape(), [3, 4, 6]);
    let y = Flat::new().forward(Tensor::from([[1, 2, 0, 3, 1], [0, 0, 1, 2, 2]]));
    assert_eq!(y.shape(), [2, 15]);
}
