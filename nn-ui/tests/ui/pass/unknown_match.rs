//! `match`, `if let`, `let else` and `matches!` are not followed.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4], new(kind: usize = 0))]
struct Net {
    #[layer(3)]
    dense: Dense,
    #[config]
    kind: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut y = self.dense(&x);
        match self.kind {
            0 => y = x.clone(),
            1 => return y,
            _ => {}
        }
        let z = match (self.kind, x.rank()) {
            (0, 2) => x.clone(),
            _ => self.dense(&x),
        };
        let y = y + &z;
        if let Some(rest) = self.kind.checked_sub(5) {
            return y + self.dense(&x) * rest as f32;
        }
        let Some(next) = self.kind.checked_add(1) else {
            return x;
        };
        let z = if matches!(self.kind, 0..=3) && next > 0 {
            z
        } else {
            self.dense(&x)
        };
        z + y
    }
}

pub fn main() {
    let x = Tensor::ones([2, 4]);
    assert_eq!(Net::new(0).forward(&x).shape(), [2, 4]);
    assert_eq!(Net::new(1).forward(&x).shape(), [2, 3]);
}
