//! A layer called with two input sizes where the compiler does not see it is a mistake that the build finds.
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
        let both = [a, b].map(|x| self.shared(x));
        &both[0] + &both[1]
    }
}

pub fn main() {
    assert_eq!(Siamese::OUTPUT.tensors(), None);
    let error = Siamese::new()
        .build(Siamese::INPUT)
        .unwrap_err()
        .to_string();
    assert!(error.contains("shared"), "{error}");
}
