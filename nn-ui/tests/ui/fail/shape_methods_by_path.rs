use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
    #[layer(6)]
    c: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let y = Layer::call(&self.a, &x, training) + <Dense as Layer>::forward(&self.c, &x);
        std::ops::Add::add(y, Self::b(self, &x))
    }
}

fn main() {}
