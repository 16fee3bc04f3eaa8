//! A layer called with two input sizes is a mistake that the build finds, not the compiler.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = ([4], [5]), new())]
struct Siamese {
    #[layer(3)]
    shared: Dense,
}

#[model]
impl Siamese {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.shared(a) + self.shared(b)
    }
}

pub fn main() {
    assert_eq!(Siamese::OUTPUT, [3]);
    let error = Siamese::new()
        .build(Siamese::INPUT)
        .unwrap_err()
        .to_string();
    assert!(error.contains("shared"), "{error}");
}
