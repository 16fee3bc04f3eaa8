use nn::prelude::*;

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
    let n = Net { a: Dense::new(4) };
    n.forward(Tensor::ones([1, 4]));
    n.summary([4]).unwrap();
}
