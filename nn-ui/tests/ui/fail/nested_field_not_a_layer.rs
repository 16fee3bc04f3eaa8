use nn::prelude::*;
use std::collections::HashMap;

#[model]
struct Net {
    dense: Dense,
    names: Vec<String>,
    by_id: HashMap<u32, Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
