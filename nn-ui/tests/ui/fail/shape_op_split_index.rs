use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let parts = x.split(2, 1);
        self.a(&parts[2])
    }
}

fn main() {}
