use nn::prelude::*;

#[derive(Layer)]
struct Block {
    dense: Dense,
}

fn main() {}
