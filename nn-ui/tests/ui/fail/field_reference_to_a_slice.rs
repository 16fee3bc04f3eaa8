use nn::prelude::*;

#[model]
struct Net {
    a: &'static [Dense]
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.iter().fold(x, |x, a| a.forward(x))
    }
}

fn main() {
    let n = Net { a: &[] };
    n.forward(Tensor::ones([1, 4]));
}
