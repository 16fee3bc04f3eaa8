use nn::prelude::*;

#[model(new(), input = [7, 16])]
struct Attention {
    #[layer(16)]
    query: Dense,
    #[layer(16)]
    key: Dense,
}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        let (query, key) = (self.query(&x), self.key(&x));
        query.matmul(&key).softmax(-1)
    }
}

fn main() {}
