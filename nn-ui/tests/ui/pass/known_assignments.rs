//! Assignments to several variables at once.
#![deny(warnings)]

use nn::prelude::*;
#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
    #[layer(7)]
    b: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let (mut p, mut q, mut n) = (self.a(&x), self.b(&x), 1);
        (p, q) = (q, p);
        let v = [self.b(&x), self.a(&x)];
        let mut w = vec![x.clone()];
        [p, (q)] = [q, p];
        (p, (q, n)) = (q, (p, n + 3));
        (w[0], ..) = (q.clone(), 1, 2);
        (q, _) = (q + 1.0, 2);
        let [c, d] = v;
        (p, q) = if x.rank() == 2 { (d, c) } else { (p, q) };
        let _ = (&w, &q);
        p.reshape([x.shape()[0], n]) + x
    }
}
pub fn main() {
    assert_eq!(Net::OUTPUT, [4]);
    assert_eq!(Net::new().forward(Tensor::ones([2, 4])).shape(), [2, 4]);
}
