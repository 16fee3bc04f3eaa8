use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(axis = 3)]
    norm: BatchNormalization,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(self.flatten(x))
    }
}

fn main() {}
