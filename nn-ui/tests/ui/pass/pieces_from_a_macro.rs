//! What a macro hands on whole keeps the braces and parentheses that it was written with.
#![deny(warnings)]

use nn::prelude::*;

macro_rules! net {
    ($name:ident, $x:ident, $value:expr, $condition:expr, $body:block) => {
        #[model]
        struct $name {
            a: Dense,
        }

        #[model]
        impl $name {
            fn helper(&self, $x: Tensor) -> Tensor {
                let $x = $x.abs();
                $body
            }

            fn call(&self, $x: Tensor) -> Tensor {
                let $x = self.helper(self.a($x));
                let $x = $value;
                if $condition {
                    return $x;
                }
                $body
            }
        }
    };
}
net!(Net, x, (x.relu()), (x.rank() == 3), { x.sigmoid() });

pub fn main() {
    let net = Net { a: Dense::new(3) };
    assert_eq!(net.forward(Tensor::ones([1, 2])).shape(), [1, 3]);
}
