//! Models declared inside functions, even two of one name.
#![deny(warnings)]

use nn::prelude::*;

fn wide() -> nn::Shape {
    #[model(input = [4], new())]
    struct Net {
        #[layer(20)]
        dense: Dense,
    }

    #[model]
    impl Net {
        fn call(&self, x: Tensor) -> Tensor {
            self.dense(x)
        }
    }
    assert_eq!(Net::OUTPUT, [20]);
    Net::new().forward(Tensor::ones([1, 4])).shape()
}

pub fn main() {
    #[model(input = [4], new())]
    struct Net {
        #[layer(2)]
        dense: Dense,
    }

    #[model]
    impl Net {
        fn call(&self, x: Tensor) -> Tensor {
            self.dense(x)
        }
    }
    assert_eq!(Net::OUTPUT, [2]);
    assert_eq!(Net::new().forward(Tensor::ones([1, 4])).shape(), [1, 2]);
    assert_eq!(wide(), [1, 20]);
}
