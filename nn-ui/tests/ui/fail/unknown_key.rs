use nn::prelude::*;

#[model(inputs = [28, 28, 1])]
#[model(unused)]
struct Net {
    #[model(skipped)]
    dense: Dense,
}

#[model(inline)]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
