use nn::prelude::*;

#[model(new(), input = [5], input = [8])]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
