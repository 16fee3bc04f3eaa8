use nn::prelude::*;

#[derive(Model)]
struct Net {
    layer: Box<dyn Layer>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.layer(x)
    }
}

fn main() {}
