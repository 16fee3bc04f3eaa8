//! Multi-head attention: shapes read from tensors, numbers of the configuration, transposes.
#![deny(warnings)]

use nn::prelude::*;

#[model(new(width: usize, heads: usize))]
struct Attention {
    #[layer(width)]
    query: Dense,
    #[layer(width)]
    key: Dense,
    #[layer(width)]
    value: Dense,
    #[layer(width)]
    out: Dense,
    #[config]
    heads: usize,
}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        let (batch, length, width) = (x.shape()[0], x.shape()[1], x.shape()[2]);
        let query = self
            .query(&x)
            .reshape([batch, length, self.heads, width / self.heads]);
        let query = query.transpose([0, 2, 1, 3]);
        let sizes = [batch, length, self.heads, width / self.heads];
        let key = self.key(&x).reshape(sizes).swapaxes(1, 2);
        let value = self.value(&x).reshape(sizes).swapaxes(1, 2);
        let scale = ((width / self.heads) as f32).sqrt();
        let weights = (query.matmul_transposed(&key) / scale).softmax(-1);
        let mixed = weights.matmul(&value).transpose([0, 2, 1, 3]);
        self.out(mixed.reshape([batch, length, width]))
    }
}

#[model(input = [12], new(vocabulary: usize = 50, width: usize = 16))]
struct Transformer {
    #[layer(vocabulary, width)]
    embedding: Embedding,
    #[layer(width, 4)]
    attention: [Attention; 2],
    #[layer(axis = -1)]
    norm: LayerNormalization,
    #[layer(vocabulary)]
    head: Dense,
}

#[model]
impl Transformer {
    fn call(&self, tokens: Tensor) -> Tensor {
        let mut x = self.embedding(tokens);
        for attention in &self.attention {
            x = &x + &attention.forward(&x);
        }
        self.head(self.norm(x)).log_softmax(-1)
    }
}

pub fn main() {
    assert_eq!(Transformer::OUTPUT, [12, 50]);
    let y = Transformer::default().forward(Tensor::zeros([2, 12]));
    assert_eq!(y.shape(), [2, 12, 50]);
}
