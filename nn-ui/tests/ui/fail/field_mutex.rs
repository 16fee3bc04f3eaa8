use nn::prelude::*;
use std::sync::Mutex;

#[model]
struct Net {
    a: Mutex<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.lock().unwrap().forward(x)
    }
}

fn main() {}
