use nn::prelude::*;

#[model(new(inner: A, units: usize))]
struct Residual<A: Layer<Input = Tensor, Output = Tensor>> {
    inner: A,
    #[layer(units)]
    widen: Dense,
}

#[model]
impl<A: Layer<Input = Tensor, Output = Tensor>> Residual<A> {
    fn call(&self, x: Tensor) -> Tensor {
        let widened = &x + &self.widen(&x);
        self.inner(widened)
    }
}

#[model(input = [16], new())]
struct Net {
    #[layer(Dense::new(4), 8)]
    block: Residual<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

fn main() {}
