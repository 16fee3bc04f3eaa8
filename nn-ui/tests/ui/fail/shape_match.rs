use nn::prelude::*;

#[model(input=[4], new(k: usize = 0))]
struct Net {
    #[layer(10)]
    dense: Dense,
    #[config]
    k: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        match self.k {
            0 => self.dense(&x) + x,
            _ => self.dense(&x) + &x,
        }
    }
}

fn main() {}
