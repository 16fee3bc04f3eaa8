use nn::prelude::*;
use std::cell::RefCell;

#[model]
struct Net {
    a: RefCell<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.borrow().forward(x)
    }
}

fn main() {}
