use nn::prelude::*;

#[model(new(), input = ([3], [4]))]
struct Net {
    #[layer]
    smaller: Minimum,
}

#[model]
impl Net {
    fn call(&self, (a, b): (Tensor, Tensor)) -> Tensor {
        self.smaller([a, b])
    }
}

fn main() {}
