//! Mistakes in branches that may not be taken: the compiler says nothing, the run does if they are.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4], new(deep: bool = false))]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[layer(8, 3)]
    conv: Conv2D,
    #[config]
    deep: bool,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        // Depends on data.
        if x.mean().item::<f32>().unwrap_or(0.0) > 1e6 {
            return self.conv(x);
        }
        // Depends on the mode.
        let y = if training { self.dense(&x) } else { x.clone() };
        if !training {
            return y + x;
        }
        // Known, and not taken.
        if self.deep {
            return self.conv(x);
        }
        // After a `return` that may have been taken, nothing is sure.
        let _ = &x + &y;
        // Depends on the batch.
        if x.shape()[0] > 100 { self.conv(y) } else { y }
    }
}

pub fn main() {
    let net = Net::new(false);
    let x = Tensor::ones([2, 4]);
    assert_eq!(net.call(&x, false).shape(), [2, 4]);
    // The mistake in the third branch is one as soon as the model trains.
    assert_eq!(net.call(&x, true).shape(), [2, 3]);
    let _ = net.deep;
}
