use nn::prelude::*;

#[derive(Layer)]
struct Net<A> {
    inner: A,
}

#[model]
impl<A: Layer<Input = Tensor, Output = Tensor>> Net<A> {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner(x)
    }
}

pub fn main() {}
