use nn::prelude::*;

#[derive(Clone)]
struct Out {
    a: Tensor,
}

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Out {
        Out { a: self.a(x) }
    }
}

fn main() {}
