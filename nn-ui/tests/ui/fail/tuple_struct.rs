use nn::prelude::*;

#[derive(Model)]
struct Net(Dense, Dense);

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.1.forward(self.0.forward(x))
    }
}

fn main() {}
