use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).pad([(0, 1)])
    }
}

#[model(input=[4, 4, 2], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.a(x).pad([(0, 0), (1, 1), (1, 1), (0, 2)]);
        x + Tensor::ones([6])
    }
}

fn main() {}
