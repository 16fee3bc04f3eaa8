use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
    fn build(&mut self, input: Shape) {}
}

fn main() {}
