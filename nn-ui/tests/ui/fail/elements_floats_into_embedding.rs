use nn::prelude::*;

#[model(input = [28], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
    #[layer(100, 8)]
    embedding: Embedding,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.embedding(self.dense(x))
    }
}

fn main() {}
