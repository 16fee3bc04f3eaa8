use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(8)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let [batch, time, channels] = x.shape()[..] else {
            panic!("expected three dimensions");
        };
        self.dense(x.reshape([batch, time, channels]))
    }
}

fn main() {}
