use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        if let Some(n) = Some(3) {
            return self.dense(&x) + x * n as f32;
        }
        x
    }
}

fn main() {}
