use nn::prelude::*;

#[model]
struct Net {
    list: Vec<Tensor>,
    maybe: Option<Tensor>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x + &self.list[0]
    }
}

fn main() {}
