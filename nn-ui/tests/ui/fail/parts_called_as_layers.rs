use nn::prelude::*;
use std::collections::BTreeMap;

#[model]
struct Net {
    map: BTreeMap<String, Dense>,
    pair: (Dense, Dense),
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.map(self.pair(x))
    }
}

fn main() {}
