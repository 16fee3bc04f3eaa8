use nn::prelude::*;

#[model]
struct Net {
    scale: Param,
    shift: Param,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.scale(x) + self.shift()
    }
}

fn main() {}
