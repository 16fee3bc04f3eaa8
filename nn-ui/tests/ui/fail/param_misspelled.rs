use nn::prelude::*;

#[model]
struct Net {
    #[parm]
    scale: Param,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x * self.scale()
    }
}

fn main() {}
