use nn::prelude::*;

#[model(new(), input = [10])]
struct Ensemble {
    #[layer(3)]
    a: Dense,
    #[layer(3)]
    b: Dense,
    #[layer(4)]
    c: Dense,
    #[layer]
    average: Average,
}

#[model]
impl Ensemble {
    fn call(&self, x: Tensor) -> Tensor {
        self.average([self.a(&x), self.b(&x), self.c(&x)])
    }
}

fn main() {}
