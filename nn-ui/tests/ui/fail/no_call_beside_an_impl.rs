use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn new() -> Self {
        Self { dense: Dense::new(10) }
    }
}

fn main() {}
