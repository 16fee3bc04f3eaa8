use nn::prelude::*;

#[model(new(heads: usize = 6), input = [20, 64])]
struct Attention {
    #[layer(64)]
    query: Dense,
    #[config]
    heads: usize,
}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        let query = self.query(&x);
        let [batch, length, width] = [query.shape()[0], query.shape()[1], query.shape()[2]];
        query.reshape([batch, length, self.heads, width / self.heads])
    }
}

fn main() {}
