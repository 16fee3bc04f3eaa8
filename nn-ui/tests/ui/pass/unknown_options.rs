//! Options of which little is known: an enum in one, an array in one, and loops over them.
#![deny(warnings)]
#![allow(for_loops_over_fallibles)]

use nn::prelude::*;
#[derive(Layer)]
enum E {
    A(Dense),
    B,
}
#[model]
impl E {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            E::A(a) => a.forward(x),
            E::B => x,
        }
    }
}
#[model(new())]
struct Blk {
    #[layer(3)]
    a: Dense,
}
#[model]
impl Blk {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}
#[model(input = [4], new(e: Option<E> = Some(E::B), v: Option<[Dense; 2]> = None))]
struct Net {
    #[layer(4)]
    a: Dense,
    #[layer]
    b: Blk,
    e: Option<E>,
    #[layer(4)]
    w: Option<[Dense; 2]>,
    v: Option<[Dense; 2]>,
    #[layer(4)]
    last: Dense,
}
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = match &self.e {
            Some(E::A(_)) => self.b(&x),
            Some(_) => self.a(&x),
            None => x.sum(),
        };
        let c = self.b([[1.0f32, 2.0], [3.0, 4.0]]).sum()
            + self
                .b
                .forward([[1.0f32, 2.0], [3.0, 4.0], [3.0, 4.0]])
                .sum();
        let mut z = x.clone();
        for l in &self.w {
            z = l.forward(z);
        }
        if self.w.is_none() {
            return z.sum();
        }
        let Some(list) = &self.w else { unreachable!() };
        for l in list {
            z = l.forward(z);
            if z.rank() == 9 {
                break;
            }
        }
        let n = self.w.iter().fold(0, |n, _| n + 1);
        assert_eq!(n, 1);
        let z = Tensor::relu(&z);
        let k = Tensor::matmul(&z, &Tensor::transpose(&z, [1, 0]));
        let z = self.v(z);
        let z = self.last(z) + k.sum();
        Tensor::reshape(&(y + c + z), [x.shape()[0], 4]) + x
    }
}
pub fn main() {
    assert_eq!(
        Net::new(None, None).forward(Tensor::ones([1, 4])).shape(),
        [1, 4]
    );
}
