use nn::prelude::*;

#[derive(Layer)]
struct Wrap<L> {
    inner: L,
}

#[model]
impl<L> Wrap<L> {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner(x)
    }
}

fn main() {}
