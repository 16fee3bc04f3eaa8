use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(axis = 0)]
    norm: BatchNormalization,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(x)
    }
}

fn main() {}
