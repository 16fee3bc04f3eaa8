use nn::prelude::*;

#[model]
struct Net {
    a: Dense
}

#[model]
impl Nett {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net { a: Dense::new(3) };
    n.summary([4]).unwrap();
}
