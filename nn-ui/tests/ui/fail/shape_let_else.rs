use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Option<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let Some(b) = &self.b else {
            return self.a(&x);
        };
        self.a(&x) + b.forward(&x)
    }
}

fn main() {}
