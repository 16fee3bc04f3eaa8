use nn::prelude::*;

#[model(new(vocabulary: usize = 1000), input = [80])]
struct Net {
    #[layer(vocabulary, 64)]
    embedding: Embedding,
    #[layer(32, 3)]
    conv: Conv2D,
}

#[model]
impl Net {
    fn call(&self, words: Tensor) -> Tensor {
        self.conv(self.embedding(words))
    }
}

fn main() {}
