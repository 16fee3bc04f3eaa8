use nn::prelude::*;

#[model(input = [10], new())]
struct Split {
    #[layer(3)]
    left: Dense,
    #[layer(4)]
    right: Dense,
}

#[model]
impl Split {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.left(&x), self.right(&x))
    }
}

#[model(input = [10], new())]
struct Net {
    #[layer]
    split: Split,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let both = self.split(x);
        let (left, _) = both.clone();
        left + both.1
    }
}

fn main() {}
