use nn::prelude::*;

#[derive(Clone, Tensors)]
struct Out {
    a: Tensor,
    n: usize,
}

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Out {
        Out { a: self.a(x), n: 1 }
    }
}

fn main() {}
