use nn::prelude::*;

struct Ctx {
    s: f32,
}

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, c: &Ctx) -> Tensor {
        self.dense(x) * c.s
    }
}

fn main() {}
