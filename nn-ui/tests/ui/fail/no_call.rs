use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

fn main() {}
