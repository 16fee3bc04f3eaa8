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
        of(a, |x| self.shared(x)) + of(b, |x| self.shared(x))
    }
}

/// What a function of one's own does with a closure is not followed.
fn of(x: Tensor, f: impl FnOnce(Tensor) -> Tensor) -> Tensor {
    f(x)
}

pub fn main() {
    assert_eq!(Siamese::OUTPUT.tensors(), None);
    let error = Siamese::new()
        .build(Siamese::INPUT)
        .unwrap_err()
        .to_string();
    assert!(error.contains("shared"), "{error}");
}
