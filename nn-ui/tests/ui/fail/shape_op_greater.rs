use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        y.greater(x.columns(0..5)).where_(&y, 0.0)
    }
}

fn main() {}
