use nn::prelude::*;

mod types {
    pub type Ref<'a> = &'a nn::Tensor;
}
use types::Ref;

#[model]
struct Net {
    a: Dense
}

#[model]
impl Net {
    fn call(&self, x: Ref<'_>) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net { a: Dense::new(3) };
    let x = Tensor::ones([1, 4]);
    n.forward(&x);
}
