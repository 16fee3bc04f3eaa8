use nn::prelude::*;

#[model(input=[4, 5], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let steps = self.a(x).unstack(1);
        &steps[3] + &steps[4]
    }
}

#[model(input=[5, 4], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        let mut sum = Tensor::zeros([3]);
        for step in x.unstack(1) {
            sum = sum + self.a(step);
        }
        sum + Tensor::ones([4])
    }
}

fn main() {}
