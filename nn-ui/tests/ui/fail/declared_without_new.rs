use nn::prelude::*;

#[model(input = [10])]
struct Net {
    #[layer(3)]
    first: Dense,
    #[layer(3)]
    second: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x))
    }
}

fn main() {}
