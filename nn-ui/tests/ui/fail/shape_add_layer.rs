use nn::prelude::*;

#[model(new(), input = [16])]
struct Net {
    #[layer(16)]
    left: Dense,
    #[layer(15)]
    right: Dense,
    #[layer]
    add: Add,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.add([self.left(&x), self.right(&x)])
    }
}

fn main() {}
