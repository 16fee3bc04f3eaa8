use nn::prelude::*;
use std::collections::HashMap;

#[model]
struct Net {
    heads: HashMap<String, Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.heads["a"].forward(x)
    }
}

fn main() {}
