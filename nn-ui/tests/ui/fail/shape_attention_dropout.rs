use nn::prelude::*;

#[model(input=[5, 8], new())]
struct Net {
    #[layer(2, 4, dropout = 1.5)]
    a: MultiHeadAttention,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a((&x, &x))
    }
}

#[model(input=[5, 8], new())]
struct Second {
    #[layer(dropout = -0.5)]
    a: Attention,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.a((&x, &x))
    }
}

fn main() {}
