use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let n = x.shape[0];
        self.dense(x).reshape([n, 4])
    }
}

fn main() {}
