use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let y = self.dense(&x);
        let z = if training { &y + x } else { y.clone() };
        z
    }
}

fn main() {}
