use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x).unwrap()
    }
}

fn main() {}
