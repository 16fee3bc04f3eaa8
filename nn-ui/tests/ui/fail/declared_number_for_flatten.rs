use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(64)]
    flatten: Flatten,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.flatten(x)
    }
}

fn main() {}
