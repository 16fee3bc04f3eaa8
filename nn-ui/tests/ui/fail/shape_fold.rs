use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    many: [Dense; 3],
    #[layer(5)]
    last: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.many.iter().fold(x.clone(), |x, layer| layer.forward(x)) + self.last(x)
    }
}

fn main() {}
