use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    a: Dense,
    #[layer(3)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let joined = concatenate(vec![self.a(&x), self.b(&x)], -1);
        x * joined
    }
}

fn main() {}
