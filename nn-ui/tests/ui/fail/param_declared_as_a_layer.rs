use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Param,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x * self.a()
    }
}

fn main() {}
