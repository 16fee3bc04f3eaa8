use nn::prelude::*;

#[model(input = [10], new())]
struct First {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl First {
    fn call(&self, x: Tensor) -> Tensor {
        &x + &self.dense(&x)
    }
}

#[model(input = [8, 8], new())]
struct Second {
    #[layer(2)]
    pool: MaxPooling2D,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(x)
    }
}

fn main() {}
