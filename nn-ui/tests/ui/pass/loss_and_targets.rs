//! Losses that fit what comes out.
#![deny(warnings)]

use nn::prelude::*;

macro_rules! net {
    ($name:ident: $units:literal, $($key:tt)*) => {
        #[model(input = [4], new(), $($key)*)]
        struct $name {
            #[layer($units)]
            dense: Dense,
        }
        #[model]
        impl $name {
            fn call(&self, x: Tensor) -> Tensor {
                self.dense(x)
            }
        }
    };
}
net!(Labels: 10, loss = SparseCategoricalCrossentropy, targets = i64[]);
net!(Column: 10, loss = SparseCategoricalCrossentropy, targets = [1]);
net!(Shares: 10, loss = CategoricalCrossentropy, targets = f32[10]);
net!(Generalized: 10, loss = CategoricalGeneralizedCrossEntropy, targets = i64[]);
net!(Binary: 1, loss = BinaryCrossentropy, targets = [1]);
net!(Numbers: 3, loss = nn::losses::MeanSquaredError, targets = [3]);
net!(Untold: 3, loss = MeanSquaredError);

#[model(input = [4], new(), loss = (MeanSquaredError, SparseCategoricalCrossentropy), targets = ([1], i64[]))]
struct Two {
    #[layer(1)]
    score: Dense,
    #[layer(3)]
    class: Dense,
}
#[model]
impl Two {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.score(&x), self.class(&x))
    }
}

pub fn main() {
    assert_eq!(Two::OUTPUT, ([1], [3]));
    let labels = Tensor::from([3_i64, 9]);
    let y = Labels::new().forward(Tensor::ones([2, 4]));
    let loss = SparseCategoricalCrossentropy::from_logits().call(&labels, &y);
    assert!(loss.item::<f32>().unwrap() > 0.0);
}
