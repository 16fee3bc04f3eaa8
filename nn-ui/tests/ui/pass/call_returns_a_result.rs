//! A `call` that returns a `Result`.
#![deny(warnings)]

use nn::prelude::*;
#[model]
struct Net {
    a: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> nn::Result<Tensor> {
        let y = self.a(x);
        y.into_result()
    }
}
pub fn main() {
    let net = Net { a: Dense::new(3) };
    let _ = net.forward(Tensor::ones([1, 4]));
}
