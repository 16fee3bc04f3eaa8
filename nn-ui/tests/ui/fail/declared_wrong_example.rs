use nn::prelude::*;

#[model(new(units: usize = 1.5), input = [10])]
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
