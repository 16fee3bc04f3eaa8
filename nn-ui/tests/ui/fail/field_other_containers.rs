use nn::prelude::*;
use std::collections::{BTreeMap, VecDeque};

#[model]
struct Net {
    map: BTreeMap<usize, Dense>,
    queue: VecDeque<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.queue[0].forward(self.map[&0].forward(x))
    }
}

fn main() {}
