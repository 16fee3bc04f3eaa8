use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let _m = Net { a: Dense::new(1) }.compile(Compile::new(Adam::new(1e-3), "mse"));
}
