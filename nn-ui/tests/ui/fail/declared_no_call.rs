use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    dense: Dense,
}

fn main() {}
