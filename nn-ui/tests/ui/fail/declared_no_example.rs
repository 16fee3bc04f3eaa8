use nn::prelude::*;

#[model(new(classes: usize), input = [10])]
struct Net {
    #[layer(classes)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
