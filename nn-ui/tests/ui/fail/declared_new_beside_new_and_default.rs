use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense
}

#[model]
impl Net {
    pub fn new() -> Self {
        Net { a: Dense::new(4) }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net::new();
    let m = Net::default();
    n.forward(m.forward(Tensor::ones([1, 4])));
}
