use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Option<Dense>,
    #[layer(None)]
    c: Option<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = match &self.c {
            Some(c) => c.forward(self.a(&x)),
            None => self.a(&x),
        };
        y + self.b(x)
    }
}

fn main() {}
