use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense
}

impl Default for Net {
    fn default() -> Self {
        Net::new()
    }
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net::default();
    n.forward(Tensor::ones([1, 4]));
}
