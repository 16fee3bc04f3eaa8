use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
    f: Box<dyn Fn(&Tensor) -> Tensor + Send + Sync>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        (self.f)(&self.a(x))
    }
}

fn main() {}
