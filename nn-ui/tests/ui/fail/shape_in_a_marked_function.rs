use nn::prelude::*;

#[model]
fn join(a: &Tensor, b: &Tensor) -> Tensor {
    let a = a.relu();
    a + b
}

#[model]
fn swapped(a: &Tensor, b: &Tensor) -> Tensor {
    join(b, a)
}

#[model(input = [8], new())]
struct Net {
    #[layer(7)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        swapped(&self.dense(&x), &x)
    }
}

fn main() {}
