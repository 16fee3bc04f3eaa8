use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).matmul(Tensor::eye(4))
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x) + Tensor::arange(4)
    }
}

#[model(input=[4], new())]
struct Third {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Third {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x) + Tensor::linspace(0.0, 1.0, 4)
    }
}

#[model(input=[4], new())]
struct Fourth {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Fourth {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).matmul(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]))
    }
}

fn main() {}
