//! Closures, iterators and functions of the user's own are not followed.
#![deny(warnings)]

use nn::prelude::*;

fn widen(x: &Tensor) -> Tensor {
    nn::concatenate([x, x], -1)
}

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[layer(4)]
    back: [Dense; 2],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let narrow = |x: &Tensor| self.dense(x);
        let y = narrow(&x);
        let z = self.back.iter().fold(y, |y, dense| dense.forward(y));
        let mut sum = self.dense(&x);
        let mut add = |x: &Tensor| sum = x.clone();
        add(&z);
        let y = (0..3).fold(x.clone(), |x, _| x + &sum);
        let y = y + self.helper(&x);
        let wide = widen(&y);
        wide + nn::concatenate([&x, &x], -1)
    }

    fn helper(&self, x: &Tensor) -> Tensor {
        self.back[0].forward(self.dense(x))
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT.to_string(), "_");
    let x = Tensor::ones([2, 4]);
    let back = Net::new().forward(&x);
    assert!(back.error().is_none(), "{:?}", back.error());
    assert_eq!(back.shape(), [2, 8]);
}
