use nn::prelude::*;

#[model(input)]
struct Net {
    dense: Dense,
    #[model(skipp)]
    compile: Dense,
    #[config = 3]
    units: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
