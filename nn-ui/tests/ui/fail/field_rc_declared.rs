use nn::prelude::*;
use std::rc::Rc;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Rc<Dense>
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net::new();
    n.forward(Tensor::ones([1, 4]));
}
