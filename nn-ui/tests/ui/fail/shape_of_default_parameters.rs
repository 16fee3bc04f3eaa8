use nn::prelude::*;

#[model(input = [4], new())]
struct Net<const N: usize = 3> {
    #[layer(N)]
    a: Dense,
}

#[model]
impl<const N: usize> Net<N> {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(&x) + x
    }
}

fn main() {}
