use nn::prelude::*;

#[derive(Clone, Tensors)]
struct Views {
    wide: Tensor,
    deep: Tensor,
}

#[model(input = ([4], [6], [2]), new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, Views { wide, deep }: Views) -> (Tensor, Tensor) {
        (self.dense(wide), deep)
    }
}

fn main() {}
