use nn::prelude::*;
use std::sync::Mutex;

#[model]
struct Net {
    a: Mutex<Dense>
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.lock().unwrap().forward(x)
    }
}

fn main() {
    let n = Net {
        a: Mutex::new(Dense::new(3)),
    };
    n.summary([4]).unwrap();
    let mut m = n.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    m.fit((Tensor::ones([2, 4]), Tensor::ones([2, 3])), Fit::new())
        .unwrap();
}
