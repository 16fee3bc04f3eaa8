use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    left: Dense,
    #[layer(4)]
    right: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        concatenate(self.left(&x), self.right(&x))
    }
}

fn main() {}
