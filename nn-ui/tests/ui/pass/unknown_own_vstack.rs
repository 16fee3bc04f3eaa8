//! A function of one's own that has the name of one of the library's is not followed.
#![deny(warnings)]

use nn::prelude::*;

fn vstack(tensors: [&Tensor; 2]) -> Tensor {
    tensors[0].matmul_transposed(tensors[1])
}

#[model(input = [4], new())]
struct Own {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Own {
    fn call(&self, x: Tensor) -> Tensor {
        vstack([&x, &self.dense(Tensor::ones([2, 4]))]) + Tensor::ones([2])
    }
}

pub fn main() {
    assert_eq!(Own::OUTPUT.tensors(), None);
    let y = Own::new().forward(Tensor::ones([3, 4]));
    assert_eq!(y.shape(), [3, 2]);
}
