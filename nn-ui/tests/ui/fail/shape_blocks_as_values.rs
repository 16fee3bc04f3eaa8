use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = {
            let hidden = self.dense(&x).tanh();
            hidden.square()
        };
        &x * &(-&y)
    }
}

fn main() {}
