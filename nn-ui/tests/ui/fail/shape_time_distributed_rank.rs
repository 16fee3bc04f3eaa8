use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(Dense::new(3))]
    a: TimeDistributed<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
