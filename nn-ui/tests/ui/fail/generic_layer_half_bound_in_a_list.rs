use nn::prelude::*;

#[derive(Layer)]
struct Wrap<L> {
    inner: Vec<L>,
}

#[model]
impl<L: Layer> Wrap<L> {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner(x)
    }
}

fn main() {}
