//! What tensors hold, where that is said and where it is not.
#![deny(warnings)]

use nn::prelude::*;

/// Without a type: any numbers, which may be whole.
#[model(input = [5], new())]
struct Said {
    #[layer(10, 4)]
    embedding: Embedding,
}
#[model]
impl Said {
    fn call(&self, x: Tensor) -> Tensor {
        self.embedding(x)
    }
}

#[model(input = u8[6], new())]
struct Bytes {
    #[layer(8)]
    dense: Dense,
    #[layer(8, 4)]
    embedding: Embedding,
    #[layer(4)]
    last: Dense,
}
#[model]
impl Bytes {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.dense(x.cast(DType::F32) / 255.0);
        let best = self.embedding(h.argmax(-1));
        let first = self.embedding(x.columns(0..1).reshape([x.shape()[0]]) * 0);
        let rounded = self.embedding(h.sum_axis(-1).abs().clip(0.0, 7.0).floor());
        self.last(best + first + rounded)
    }
}

pub fn main() {
    let ids = Tensor::from([[1.0_f32, 2.0, 0.0, 3.0, 9.0]]);
    assert_eq!(Said::new().forward(ids).shape(), [1, 5, 4]);
    assert_eq!(Bytes::OUTPUT, [4]);
    assert_eq!(
        Bytes::new()
            .forward(Tensor::ones([2, 6]).cast(DType::U8))
            .shape(),
        [2, 4]
    );
}
