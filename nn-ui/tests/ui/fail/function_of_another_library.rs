use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        let z = F::relu(&y) + torch::cat([&y, &x], -1);
        z + relu(cat([y, x], 1))
    }
}

fn main() {}
