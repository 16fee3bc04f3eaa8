use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
    #[config]
    handle: std::fs::File,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
