use nn::prelude::*;

#[model(input = [5, 8], new())]
struct Net {
    #[layer(2, 4)]
    attention: MultiHeadAttention,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.attention((&x, &x), use_causal_mask = true)
    }
}

fn main() {}
