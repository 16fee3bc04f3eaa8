//! A method of one's own may have the name of a field that is no layer.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;

#[model]
struct Net {
    table: BTreeMap<String, Dense>,
    scale: Param,
}

#[model]
impl Net {
    fn table(&self, x: Tensor) -> Tensor {
        self.table["a"].forward(x)
    }

    fn scale(&self) -> Tensor {
        self.scale.value() * 2.0
    }

    fn build(&self, input: &Shape) -> nn::Result<()> {
        self.scale.build([input.dim(-1)?])
    }

    fn call(&self, x: Tensor) -> Tensor {
        let scaled = &x * self.scale();
        self.table(scaled)
    }
}

pub fn main() {
    let net = Net {
        table: BTreeMap::from([("a".to_string(), Dense::new(3))]),
        scale: Param::new(Initializer::Ones),
    };
    assert_eq!(net.forward(Tensor::ones([2, 4])).shape(), [2, 3]);
}
