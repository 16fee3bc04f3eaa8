use nn::prelude::*;

#[model(input = [4], new())]
struct Net<const N: usize> {
    #[layer(N)]
    dense: Dense,
}

#[model]
impl<const N: usize> Net<N> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

const _: () = std::mem::forget(Net::<4>::new());
const _: () = std::mem::forget(Net::<3>::new());

fn main() {}
