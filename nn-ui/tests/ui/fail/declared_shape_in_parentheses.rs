use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer((7, 7, 64))]
    reshape: Reshape,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.reshape(x)
    }
}

fn main() {}
