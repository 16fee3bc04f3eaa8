//! The batch is not known: it fits any number, and may be split and merged.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [6], new())]
struct Net {
    #[layer(6)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let batch = x.shape()[0];
        // Merged with a known axis, and split again.
        let rows = x.reshape([batch * 2, 3]);
        let back = rows.reshape([batch, 6]);
        // Compared with constants.
        let fixed = Tensor::ones([1, 6]);
        let y = self.dense(back) + fixed;
        // Split into pairs.
        let pairs = y.reshape([batch / 2, 2, 6]);
        let turned = pairs.transpose([1, 0, 2]).reshape([batch, 6]);
        // Batches are joined, and cut to the first one.
        let twice = nn::concatenate([&turned, &x], 0);
        let first = twice.slice_axis(0, 0..batch);
        first + x
    }
}

pub fn main() {
    let y = Net::new().forward(Tensor::ones([4, 6]));
    assert_eq!(y.shape(), [4, 6]);
    assert!(Net::new().build(Net::INPUT).is_ok());
}
