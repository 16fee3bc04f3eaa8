use nn::prelude::*;

#[model(input = [4], new(), check = "loose")]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
