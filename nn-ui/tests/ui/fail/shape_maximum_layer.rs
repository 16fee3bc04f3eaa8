use nn::prelude::*;

#[model(new(), input = ([3], [4]))]
struct Net {
    #[layer]
    larger: Maximum,
}

#[model]
impl Net {
    fn call(&self, (a, b): (Tensor, Tensor)) -> Tensor {
        self.larger([a, b])
    }
}

fn main() {}
