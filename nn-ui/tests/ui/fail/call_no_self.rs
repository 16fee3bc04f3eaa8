use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(x: Tensor) -> Tensor {
        x.relu()
    }
}

fn main() {}
