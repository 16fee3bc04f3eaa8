//! Structs, nested functions and references of the user's own inside `call`.
#![deny(warnings)]
#![allow(clippy::items_after_statements)]

use nn::prelude::*;

struct Pair {
    left: Tensor,
    right: Tensor,
}

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    dense: Dense,
    #[layer(2)]
    half: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        fn double(x: &Tensor) -> Tensor {
            nn::concatenate([x, x], -1)
        }
        fn stack(x: &Tensor) -> Tensor {
            x.expand_dims(1)
        }
        let x = stack(&x).squeeze(1);
        let Pair { left, right } = Pair {
            left: self.dense(&x),
            right: self.half(&x),
        };
        let right = double(&right);
        let pair = Pair { left, right };
        let sum = &pair.left + &pair.right;
        let layer = &self.half;
        let half: &Tensor = &layer.forward(&sum);
        let (a, .., b) = (half, &x, &sum, half);
        let [first, ..] = [a, b];
        let all @ [_, _] = [first, half];
        let y @ _ = (x, 1).0;
        double(all[0]) + y
    }
}

pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}
