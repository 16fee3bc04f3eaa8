use nn::prelude::*;

#[model(input = [28], new())]
struct Net {
    #[layer(8)]
    scores: Dense,
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let best = self.scores(x).argmax(-1).expand_dims(-1);
        self.dense(best)
    }
}

fn main() {}
