use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(shared_axes = [1, 2])]
    activate: PReLU,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.activate(x)
    }
}

fn main() {}
