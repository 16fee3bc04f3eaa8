use nn::prelude::*;

#[model]
struct Net {
    a: Box<dyn Layer<Input = Tensor, Output = Tensor>>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
