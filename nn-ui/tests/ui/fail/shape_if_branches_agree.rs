use nn::prelude::*;

#[model(input = [32], new())]
struct Net {
    #[layer(16)]
    quick: Dense,
    #[layer(16)]
    thorough: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let y = if training {
            self.quick(&x)
        } else {
            self.thorough(&x)
        };
        x + y
    }
}

fn main() {}
