use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer(3)]
    dense1: Dense,
    #[layer(3)]
    dense2: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dens1(self.dense2(self.dense1(x)))
    }
}

fn main() {}
