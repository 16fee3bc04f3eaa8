use nn::prelude::*;

#[model(input = ([4], [5]), new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, all: &[Tensor]) -> Tensor {
        self.a(&all[0]) + self.b(&all[1])
    }
}

fn main() {}
