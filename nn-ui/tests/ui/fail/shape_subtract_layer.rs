use nn::prelude::*;

#[model(new(), input = ([5, 3], [5, 4]))]
struct Net {
    #[layer]
    difference: Subtract,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.difference([&a, &b])
    }
}

fn main() {}
