use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        nn::einsum("bi,bi->b", [&x, &y])
    }
}

fn main() {}
