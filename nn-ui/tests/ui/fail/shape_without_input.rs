use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        let z = self.dense(&y);
        y.reshape([1, 2, 3]) + z.reshape([1, 2, 4])
    }
}

fn main() {}
