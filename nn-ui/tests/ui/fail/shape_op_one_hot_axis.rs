use nn::prelude::*;

#[model(new(), input = i64[28])]
struct Net {}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        x.one_hot_axis(10, 3) + x
    }
}

fn main() {}
