use nn::prelude::*;

#[model(input=[5, 8, 8, 3], new())]
struct Net {
    #[layer(2, 3, recurrent_dropout = 1.0)]
    a: ConvLSTM2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(max_value = -6.0)]
    a: ReLU,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

#[model(input=[4], new())]
struct Third {
    #[layer(alpha = 1.0 / 0.0)]
    a: ELU,
}

#[model]
impl Third {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
