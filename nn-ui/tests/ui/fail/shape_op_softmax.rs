use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x).relu().softmax(2)
    }
}

fn main() {}
