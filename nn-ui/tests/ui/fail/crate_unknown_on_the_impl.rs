use nn::prelude::*;

#[model]
struct Net {
    a: Dense
}

#[model(crate = neural)]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net { a: Dense::new(3) };
    n.forward(Tensor::ones([1, 4]));
}
