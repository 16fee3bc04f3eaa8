use nn::prelude::*;

#[model(new(units: usize))]
struct Net {
    #[layer(unit)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
