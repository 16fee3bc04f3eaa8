//! A transformer of twelve blocks (Vaswani et al. 2017, with the normalization first), in declared form.

use nn::prelude::*;

/// Self-attention with several heads.
#[model(new(width: usize, heads: usize))]
pub struct Attention {
    #[config]
    width: usize,
    #[config]
    heads: usize,
    #[layer(width)]
    query: Dense,
    #[layer(width)]
    key: Dense,
    #[layer(width)]
    value: Dense,
    #[layer(width)]
    output: Dense,
}

#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        let (batch, time) = (x.shape()[0], x.shape()[1]);
        let depth = self.width / self.heads;
        let heads = [batch, time, self.heads, depth];
        let q = self.query(&x).reshape(heads).transpose([0, 2, 1, 3]);
        let k = self.key(&x).reshape(heads).transpose([0, 2, 3, 1]);
        let v = self.value(&x).reshape(heads).transpose([0, 2, 1, 3]);
        let scores = q.matmul(k) / (depth as f64).sqrt();
        let mixed = scores.softmax(-1).matmul(v).transpose([0, 2, 1, 3]);
        self.output(mixed.reshape([batch, time, self.width]))
    }
}

#[model(new(width: usize, heads: usize))]
pub struct Block {
    #[layer]
    norm1: LayerNormalization,
    #[layer(width, heads)]
    attention: Attention,
    #[layer]
    norm2: LayerNormalization,
    #[layer(4 * width, activation = Activation::Gelu)]
    wide: Dense,
    #[layer(width)]
    narrow: Dense,
    #[layer(0.1)]
    dropout: Dropout,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        let x = &x + self.dropout(self.attention(self.norm1(&x)));
        let y = self.narrow(self.wide(self.norm2(&x)));
        x + self.dropout(y)
    }
}

#[model(input = [128], new(words: usize = 500, width: usize = 48, heads: usize = 4))]
pub struct Transformer {
    #[layer(words, width)]
    tokens: Embedding,
    #[layer(width, heads)]
    blocks: [Block; 12],
    #[layer]
    norm: LayerNormalization,
    #[layer(words)]
    head: Dense,
}

#[model]
impl Transformer {
    fn call(&self, tokens: Tensor) -> Tensor {
        let mut x = self.tokens(tokens);
        for block in &self.blocks {
            x = block.forward(x);
        }
        self.head(self.norm(x))
    }
}

#[test]
fn is_followed_to_its_end() {
    assert_eq!(Transformer::OUTPUT, [128, 500]);
    let model = Transformer::default();
    let tokens = Tensor::zeros([2, 128]).cast(DType::I64);
    assert_eq!(model.forward(tokens).shape(), [2, 128, 500]);
    let width = 48;
    let attention = 4 * (width * width + width);
    let dense = (4 * width * width + 4 * width) + (4 * width * width + width);
    let block = attention + dense + 4 * width;
    let ends = 500 * width + 2 * width + 500 * width + 500;
    assert_eq!(model.count_params(), 12 * block + ends);
}
