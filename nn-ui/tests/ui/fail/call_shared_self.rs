use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(self: &std::sync::Arc<Self>, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
