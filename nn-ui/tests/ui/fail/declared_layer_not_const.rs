use nn::prelude::*;

#[model(input = [8, 3], new())]
struct Net {
    #[layer(LSTM::new(4))]
    both: Bidirectional<LSTM>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.both(x)
    }
}

fn main() {}
