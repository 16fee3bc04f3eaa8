use nn::prelude::*;

#[model(input = [784], input = [28, 28])]
struct Net {
    #[model(unused, unused)]
    dense: Dense,
    #[config]
    #[config]
    units: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
