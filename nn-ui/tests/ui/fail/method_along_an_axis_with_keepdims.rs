use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mean = x.mean(-1, true);
        let total = x.sum_axes(1, true);
        self.dense(x - mean / total).softmax()
    }
}

fn main() {}
