use nn::prelude::*;

#[model(input = [5, 8], new())]
struct Net {
    #[layer(momentum = 99.0)]
    norm: BatchNormalization,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(x)
    }
}

#[model(input = [5, 8], new())]
struct Recurrent {
    #[layer(4, dropout = 1.0)]
    lstm: LSTM,
}

#[model]
impl Recurrent {
    fn call(&self, x: Tensor) -> Tensor {
        self.lstm(x)
    }
}

fn main() {}
