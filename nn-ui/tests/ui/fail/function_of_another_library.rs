use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = F::relu(self.dense(&x));
        let z = torch::cat([&y, &x], -1);
        relu(cat([y, z], 1))
    }
}

fn main() {}
