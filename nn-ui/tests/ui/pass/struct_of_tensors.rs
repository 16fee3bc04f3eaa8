//! A struct of tensors as the output.
#![deny(warnings)]

use nn::prelude::*;
#[derive(Clone, nn::Tensors)]
struct Out {
    mean: Tensor,
    log_var: Tensor,
}
#[model]
struct Net {
    a: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Out {
        let y = self.a(&x);
        Out {
            mean: y.clone(),
            log_var: y,
        }
    }
}
pub fn main() {
    let _ = Net { a: Dense::new(2) }.forward(Tensor::ones([1, 8])).mean;
}
