use nn::prelude::*;

#[model(new(), input = [2, 2, 2, 2, 2, 2, 2])]
struct Net {
    #[layer(10, 4)]
    embedding: Embedding,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.embedding(x)
    }
}

fn main() {}
