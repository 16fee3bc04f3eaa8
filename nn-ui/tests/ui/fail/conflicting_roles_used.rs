use nn::prelude::*;

#[model]
struct Net {
    #[config]
    #[param]
    scale: Param,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x * self.scale()
    }
}

fn main() {}
