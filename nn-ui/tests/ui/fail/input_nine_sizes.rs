use nn::prelude::*;

#[model(input=[1, 2, 3, 4, 5, 6, 7, 8, 9], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

#[model(input=[2; 8], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {}
