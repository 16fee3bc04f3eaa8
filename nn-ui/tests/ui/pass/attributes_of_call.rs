//! Attributes of `call`, those among them that the method of a trait cannot have.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [6], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}
#[model]
impl Net {
    /// Doc.
    #[inline]
    #[must_use]
    #[allow(clippy::let_and_return, unused_mut)]
    #[cfg_attr(all(), allow(unused_variables))]
    pub fn call(&self, x: Tensor) -> Tensor {
        let mut y = self.a(x);
        let z = 1;
        y
    }
}
pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([2, 6])).shape(), [2, 3]);
}
