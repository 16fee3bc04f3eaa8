use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(Dense::new(3))]
    boxed: Box<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.boxed(x)
    }
}

fn main() {}
