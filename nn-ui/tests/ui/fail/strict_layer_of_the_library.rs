use nn::prelude::*;

#[model(input = [4, 6, 3], new(), check = "strict")]
struct Net {
    #[layer(LSTM::new(3))]
    steps: TimeDistributed<LSTM>,
    #[layer(2)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(self.steps(x))
    }
}

fn main() {}
