//! Several models in one module, of one name in two modules, and one as a part of the other.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [8], new(units: usize = 3))]
struct First {
    #[layer(units)]
    dense: Dense,
}

#[model]
impl First {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

#[model(input = [4], new())]
struct Second {
    #[layer(5)]
    first: First,
    #[layer]
    other: other::First,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.other(self.first(x))
    }
}

mod other {
    use nn::prelude::*;

    #[model(input = [9], new())]
    pub(super) struct First {
        #[layer(7)]
        dense: Dense,
    }

    #[model]
    impl First {
        fn call(&self, x: Tensor) -> Tensor {
            self.dense(x)
        }
    }
}

pub fn main() {
    assert_eq!(First::OUTPUT, [3]);
    assert_eq!(Second::OUTPUT, [7]);
    assert_eq!(other::First::OUTPUT, [7]);
    let x = Tensor::ones([2, 4]);
    assert_eq!(Second::new().forward(x).shape(), [2, 7]);
}
