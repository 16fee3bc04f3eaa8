use nn::prelude::*;

#[model(input = ([8], [8], [9]), new())]
struct Net {
    #[layer(1)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: &Tensor, c: Tensor) -> Tensor {
        let sum = &a + b;
        self.dense(sum + c)
    }
}

fn main() {}
