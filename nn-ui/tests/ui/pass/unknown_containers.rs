//! What is behind `Vec`, `Box`, `Option`, tuples and maps is not followed, and fits whatever it meets.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;

type Blocks = [Dense; 2];

#[model(input = [4], new(
    many: Vec<Dense> = Vec::new(),
    boxed: Option<Box<Dense>> = None,
    named: BTreeMap<String, Dense> = BTreeMap::new()
))]
struct Net {
    many: Vec<Dense>,
    boxed: Option<Box<Dense>>,
    named: BTreeMap<String, Dense>,
    #[layer(3)]
    dense: Dense,
    #[layer(4)]
    #[model(unused)]
    spare: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut y = self.dense(&x);
        for dense in &self.many {
            y = dense.forward(y);
        }
        let y = self.boxed(y);
        let y = self.named.values().fold(y, |y, dense| dense.forward(y));
        x + y
    }
}

#[model(input = [4], new(first: Blocks = [Dense::new(3), Dense::new(4)], pair: (Dense, Dense) = (Dense::new(3), Dense::new(4))))]
struct Other {
    first: Blocks,
    pair: (Dense, Dense),
}

#[model]
impl Other {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.first(&x);
        let z = self.pair.1.forward(self.pair.0.forward(&y));
        self.pair.0.forward(&y) + self.first[0].forward(&z) + x.mean()
    }
}

pub fn main() {
    let x = Tensor::ones([2, 4]);
    let net = Net::new(vec![Dense::new(9), Dense::new(4)], None, BTreeMap::new());
    assert_eq!(net.forward(&x).shape(), [2, 4]);
    assert!(Net::default().forward(&x).into_result().is_err());
    assert_eq!(Other::default().forward(&x).shape(), [2, 3]);
}
