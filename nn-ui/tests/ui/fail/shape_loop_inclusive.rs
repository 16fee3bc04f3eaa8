use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut y = x.clone();
        for _ in 0..=1 {
            y = self.dense(&y);
        }
        y + x
    }
}

fn main() {}
