//! Sizes with names: right for every size.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = ([seq, 64], [seq, 32]), new())]
struct Both {
    #[layer(32)]
    dense: Dense,
}
#[model]
impl Both {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.dense(a) + b
    }
}

/// What a division and a multiplication by the same number leave is the size again; and so is what a window takes and a border gives.
#[model(input = [seq, 8], new())]
struct Down {
    #[layer(2)]
    pool: MaxPooling1D,
    #[layer(2)]
    up: UpSampling1D,
    #[layer(8, 3)]
    conv: Conv1D,
    #[layer(1)]
    border: ZeroPadding1D,
    #[layer(1)]
    crop: Cropping1D,
    #[layer(8, 3, strides = 2, padding = Padding::Same)]
    half: Conv1D,
}
#[model]
impl Down {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.up(self.pool(&x)) + &x;
        let z = self.border(self.conv(&y)) + self.up(self.half(&y));
        self.crop(&z) + self.conv(z)
    }
}

#[model(input = [seq, 64], new())]
struct Attention {
    #[layer(192)]
    all: Dense,
}
#[model]
impl Attention {
    fn call(&self, x: Tensor) -> Tensor {
        let (batch, seq) = (x.shape()[0], x.shape()[1]);
        let parts = self.all(&x).split(3, -1);
        let q = parts[0].reshape([batch, seq, 8, 8]).transpose([0, 2, 1, 3]);
        let k = parts[1].reshape([batch, seq, 8, 8]).transpose([0, 2, 1, 3]);
        let v = parts[2].reshape([batch, seq, 8, 8]).transpose([0, 2, 1, 3]);
        let weights = q.matmul_transposed(&k).softmax(-1);
        let rows = weights
            .matmul(&v)
            .transpose([0, 2, 1, 3])
            .reshape([batch * seq, 64]);
        rows.reshape([batch, seq, 64]) + x
    }
}

#[model(input = ([seq, 16], [time, 16], [2 * n + 1, 16]), new())]
struct Several {
    #[layer(2, 8)]
    attention: MultiHeadAttention,
    #[layer(16)]
    dense: Dense,
}
#[model]
impl Several {
    fn call(&self, q: Tensor, v: Tensor, odd: Tensor) -> Tensor {
        let q = self.attention((q.clone(), v.clone())) + q;
        let (seq, time) = (q.shape()[1], v.shape()[1]);
        let both = concatenate([&q, &v, &odd], 1);
        let n = (odd.shape()[1] - 1) / 2;
        let steps = odd.slice_axis(1, 1..n + 1) + odd.slice_axis(1, n + 1..);
        let first =
            both.slice_axis(1, 0..seq) + both.slice_axis(1, 0..seq + time).slice_axis(1, ..seq);
        self.dense(concatenate([&first, &steps], 1))
    }
}

/// A fixed batch, a size that is not known, a branch, a remainder.
#[model(input = [seq, _, 4], new())]
struct Loose {
    #[layer(4)]
    dense: Dense,
}
#[model]
impl Loose {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let n = x.shape()[1];
        let y = if training {
            x.slice_axis(1, ..)
        } else {
            x.slice_axis(1, 1..)
        };
        let z = if n % 2 == 0 {
            x.slice_axis(1, 0..n / 17)
        } else {
            x.clone()
        };
        let wide = self.dense(x.swapaxes(1, 2));
        let sums = self.dense(y.sum_axis(1)) + self.dense(z.sum_axis(1));
        wide.sum_axes([1, 2], false) + sums.sum_axis(1) + Tensor::zeros([2, 1])
    }
}

#[model(input = i64[seq], new())]
struct Tokens {
    #[layer(100, 8)]
    embedding: Embedding,
    #[layer(8)]
    memory: GRU,
}
#[model]
impl Tokens {
    fn call(&self, x: Tensor) -> Tensor {
        self.memory(self.embedding(x))
    }
}

pub fn main() {
    assert_eq!(Both::OUTPUT.to_string(), "[seq, 32]");
    assert_eq!(Down::OUTPUT.to_string(), "[seq - 2, 8]");
    assert_eq!(Attention::OUTPUT.to_string(), "[seq, 64]");
    assert_eq!(Several::OUTPUT.to_string(), "[seq + n, 16]");
    assert_eq!(Tokens::OUTPUT, [8]);
    assert_eq!(Loose::OUTPUT, [4]);
    assert_eq!(Attention::OUTPUT.shape(0).unwrap().to_string(), "[_, 64]");
    for n in [4, 6] {
        let y = Both::new().forward((Tensor::ones([2, n, 64]), Tensor::ones([2, n, 32])));
        assert_eq!(y.shape(), [2, n, 32]);
        assert_eq!(
            Down::new().forward(Tensor::ones([2, n, 8])).shape(),
            [2, n - 2, 8]
        );
        assert_eq!(
            Attention::new().forward(Tensor::ones([2, n, 64])).shape(),
            [2, n, 64]
        );
        let three = (
            Tensor::ones([2, n, 16]),
            Tensor::ones([2, 3, 16]),
            Tensor::ones([2, 5, 16]),
        );
        assert_eq!(Several::new().forward(three).shape(), [2, n + 2, 16]);
        assert_eq!(
            Tokens::new()
                .forward(Tensor::ones([2, n]).cast(DType::I64))
                .shape(),
            [2, 8]
        );
    }
    Both::new().build(Both::INPUT).unwrap();
}
