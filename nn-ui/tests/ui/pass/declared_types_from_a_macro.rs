//! Types and shapes that come from a macro.
#![deny(warnings)]

use nn::prelude::*;
macro_rules! net {
    ($vis:vis $name:ident: $ty:ty = ($($arg:expr),*), $input:expr, $n:ty) => {
        #[derive(nn::Model)]
#[model(input = [$input], new(units: $n = 4))]
        $vis struct $name {
            #[layer($($arg),*)]
            a: $ty,
            #[layer(units)]
            b: Dense,
        }
        #[model]
        impl $name {
            fn call(&self, x: Tensor) -> Tensor {
                self.b(self.a(x))
            }
        }
    };
}
net!(pub(crate) One: Dense = (3), 5 + 1, usize);
net!(Two: [Dense; 2] = (3), 6, usize);
pub fn main() {
    assert_eq!(One::OUTPUT, [4]);
    assert_eq!(Two::OUTPUT, [4]);
}
