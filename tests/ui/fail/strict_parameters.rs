use nn::prelude::*;

#[model(input = [4], new(), check = "strict")]
struct Net<const N: usize> {
    #[layer(N)]
    dense: Dense,
}

#[model]
impl<const N: usize> Net<N> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
