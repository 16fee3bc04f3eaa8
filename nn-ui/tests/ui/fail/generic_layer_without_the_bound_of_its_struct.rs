use nn::prelude::*;

#[model]
struct Net<L: Layer<Input = Tensor, Output = Tensor>> {
    layer: L,
}

#[model]
impl<L> Net<L> {
    fn call(&self, x: Tensor) -> Tensor {
        self.layer(x)
    }
}

fn main() {}
