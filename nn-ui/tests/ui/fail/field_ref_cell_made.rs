use nn::prelude::*;
use std::cell::RefCell;

#[model]
struct Net {
    a: RefCell<Dense>
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.borrow().forward(x)
    }
}

fn main() {
    let n = Net {
        a: RefCell::new(Dense::new(3)),
    };
    n.summary([4]).unwrap();
    let mut m = n.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    m.fit((Tensor::ones([2, 4]), Tensor::ones([2, 3])), Fit::new())
        .unwrap();
}
