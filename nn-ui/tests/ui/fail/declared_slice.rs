use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(3)]
    a: Box<[Dense]>
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
