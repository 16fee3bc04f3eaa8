use nn::prelude::*;

struct Net {
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
