use nn::prelude::*;

#[model]
struct Net<'a> {
    dense: Dense,
    #[model(skip)]
    name: &'a str,
}

#[model]
impl Net<'_> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
