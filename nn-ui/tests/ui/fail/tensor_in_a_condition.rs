use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        if y.mean() > 0.0 { y } else { x }
    }
}

fn main() {}
