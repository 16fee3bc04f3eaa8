use nn::prelude::*;

#[model(new(), input = [8])]
struct Net {
    #[layer(1)]
    score: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.score(x.mean_axis(-1))
    }
}

fn main() {}
