use nn::prelude::*;

#[model(input = [4], new(), loss = MeanSquaredError::new(), targets = [2])]
struct Net {
    #[layer(2)]
    p: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.p(&x)
    }
}

fn main() {}
