//! A cell of one's own, with a state that is a tuple in its arguments and in its output.
#![deny(warnings)]

use nn::prelude::*;
#[model(new(units: usize))]
struct Cell {
    #[layer(units)]
    i: Dense,
    #[layer(units)]
    h: Dense,
}
#[model]
impl Cell {
    fn call(&self, x: &Tensor, (h, c): (Tensor, Tensor)) -> (Tensor, (Tensor, Tensor)) {
        let h = (self.i(x) + self.h(&h)).tanh();
        let c = c + &h;
        (h.clone() * &c, (h, c))
    }
}
#[model(input = ([4], [6]), new())]
struct Net {
    #[layer(6)]
    cell: Cell,
    #[layer(6)]
    second: Cell,
}
#[model]
impl Net {
    fn call(&self, x: &Tensor, s: &Tensor) -> (Tensor, (Tensor, Tensor)) {
        let (y, (h, c)) = self.cell((x, (s, s)));
        let state = (h, c);
        let (y, state) = self.second((&y, state));
        let (z, (p, q)) = (y, state);
        (z, (p, q))
    }
}
const _: () = assert!(matches!(Net::OUTPUT.tensors(), Some(3)));
pub fn main() {
    println!("{}", Net::OUTPUT);
    assert_eq!(Net::OUTPUT.to_string(), "([6], [6], [6])");
    let (y, _) = Net::new().forward((Tensor::ones([2, 4]), Tensor::ones([2, 6])));
    assert_eq!(y.shape(), [2, 6]);
}
