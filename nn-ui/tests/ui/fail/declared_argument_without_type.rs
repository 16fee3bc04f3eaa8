use nn::prelude::*;

#[model(new(units))]
struct Net {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
