use nn::prelude::*;

#[model(input=[5], new())]
struct Net {
    #[layer(8)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let parts = self.a(&x).split(2, -1);
        &parts[0] + &parts[1] + self.a(&x)
    }
}

fn main() {}
