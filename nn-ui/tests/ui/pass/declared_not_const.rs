//! Parts that no `const fn` can make: the constructor is an ordinary one, and shapes are checked when the model is built.
#![deny(warnings)]

use nn::prelude::*;

#[model(not_const, new(depth: usize = 3), input = [4], check = "build")]
struct Net {
    #[layer]
    empty: Sequential,
    #[layer(Dense::new(depth))]
    boxed: Box<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        &x + self.boxed(self.empty(&x))
    }
}

pub fn main() {
    assert_eq!(Net::INPUT, [4]);
    assert!(Net::new(4).build(Net::INPUT).is_ok());
    let error = Net::default().build(Net::INPUT).unwrap_err().to_string();
    assert!(error.contains("cannot add [_, 4] and [_, 3]"), "{error}");
}
