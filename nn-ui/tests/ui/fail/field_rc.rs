use nn::prelude::*;

#[model()]
struct Net {
    a: std::rc::Rc<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a.forward(x)
    }
}

fn main() {}
