use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[layer(3)]
    aux: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
