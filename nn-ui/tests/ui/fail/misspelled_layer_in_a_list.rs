use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3; 2)]
    list: Vec<Dence>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.list(x)
    }
}

fn main() {}
