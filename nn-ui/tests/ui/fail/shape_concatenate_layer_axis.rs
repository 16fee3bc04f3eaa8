use nn::prelude::*;

#[model(new(), input = ([4], [4]))]
struct Net {
    #[layer(axis = 2)]
    join: Concatenate,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.join(vec![a, b])
    }
}

fn main() {}
