use nn::prelude::*;

#[model(input = [4], check = "strict")]
struct Net<const N: usize> {
    dense: Dense,
}

#[model]
impl<const N: usize> Net<N> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
