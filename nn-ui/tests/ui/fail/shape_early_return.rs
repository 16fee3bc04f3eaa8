use nn::prelude::*;

#[model(input = [32], new(depth: usize = 1))]
struct Net {
    #[layer(16)]
    dense: Dense,
    #[config]
    depth: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        if self.depth == 0 {
            return x;
        }
        let y = self.dense(&x);
        return y + x;
    }
}

fn main() {}
