//! Many inputs.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = ([1], [2], [3], [4], [5], [6], [7]), new())]
struct Net {
    #[layer(6)]
    d: Dense,
    #[layer]
    cat: Concatenate,
}
#[model]
impl Net {
    #[allow(clippy::too_many_arguments)]
    fn call(
        &self,
        a: Tensor,
        b: Tensor,
        c: Tensor,
        d: Tensor,
        e: Tensor,
        f: Tensor,
        g: Tensor,
    ) -> Tensor {
        self.d(self.cat([a, b, c, d, e, f, g]))
    }
}
pub fn main() {
    assert_eq!(Net::OUTPUT, [6]);
}
