use nn::prelude::*;

#[model(new(), input = [7, 16])]
struct Attention {
    #[layer(16)]
    query: Dense,
    #[layer(8)]
    key: Dense,
}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        self.query(&x).matmul_transposed(&self.key(&x))
    }
}

fn main() {}
