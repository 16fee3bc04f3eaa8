use nn::prelude::*;

#[derive(Layer)]
struct Wrap<L> {
    inner: L,
}

#[model]
impl<L> Wrap<L>
where
    L: Layer,
 {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner.forward(x)
    }
}

fn main() {}
