use nn::prelude::*;

#[model(input = [4])]
struct Net {
    #[param]
    #[layer(4)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
