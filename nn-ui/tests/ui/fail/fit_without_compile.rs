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
    let mut m = Net { a: Dense::new(1) };
    m.fit((&Tensor::ones([2, 2]), &Tensor::ones([2, 1])), Fit::new())
        .unwrap();
}
