use nn::prelude::*;

#[model(input = f32[28], new())]
struct Net {
    #[layer(100, 8)]
    embedding: Embedding,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.embedding(x)
    }
}

fn main() {}
