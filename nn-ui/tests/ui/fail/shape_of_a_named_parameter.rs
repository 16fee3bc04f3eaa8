use nn::prelude::*;

#[model(input = [4], new())]
struct Net<const N: usize, const WIDE: bool> {
    #[layer(N)]
    dense: Dense,
}

#[model]
impl<const N: usize, const WIDE: bool> Net<N, WIDE> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(&x) + x
    }
}

type Narrow = Net<3, false>;

fn main() {
    let _: Option<Narrow> = None;
}
