use nn::prelude::*;

#[derive(Layer)]
enum E {
    A(Dense),
    B(Conv2D),
}

#[model]
struct Net {
    e: E,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.e(x)
    }
}

fn main() {}
