use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).broadcast_to([2, 5])
    }
}

fn main() {}
