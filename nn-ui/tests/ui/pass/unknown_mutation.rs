//! Values that change in ways that are not followed.
#![deny(warnings)]

use nn::prelude::*;

fn replace(target: &mut Tensor, by: &Tensor) {
    *target = by.clone();
}

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    narrow: Dense,
    #[layer(4)]
    wide: [Dense; 2],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut pushed = vec![x.clone()];
        pushed.push(x.clone());
        let joined = nn::concatenate(&pushed, -1);
        let y = joined + nn::concatenate([&x, &x], -1);

        let mut handed = self.narrow(&x);
        replace(&mut handed, &y);
        let y = y + handed;

        let mut behind = self.narrow(&x);
        let pointer = &mut behind;
        *pointer = y.clone();
        let y = y + behind;

        let mut pair = (self.narrow(&x), self.narrow(&x));
        pair.0 = y.clone();
        let y = y + pair.0;

        let mut list = [self.narrow(&x), y.clone()];
        list.swap(0, 1);
        let y = y + &list[0];

        let (mut a, mut b) = (self.narrow(&x), y.clone());
        std::mem::swap(&mut a, &mut b);
        let y = y + a;

        let mut i = 0;
        let first = &self.wide[i];
        i += 7;
        let z = first.forward(&x).reshape([x.shape()[0], i - 3]);
        let i = 9;
        let again = first.forward(&z).reshape([x.shape()[0], i - 5]);

        let ref mut inner = self.narrow(&x);
        *inner = y.clone();
        let y = y + &*inner;
        y + nn::concatenate([again, z], -1) * b.mean()
    }
}

pub fn main() {
    let net = Net::new();
    assert_eq!(net.wide.len(), 2);
    assert_eq!(net.forward(Tensor::ones([2, 4])).shape(), [2, 8]);
}
