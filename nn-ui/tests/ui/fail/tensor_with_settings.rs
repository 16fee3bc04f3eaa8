use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(5)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let h = x.leaky_relu(0.1);
        self.dense(h + x.sort(1))
    }
}

fn main() {}
