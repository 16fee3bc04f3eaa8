use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layers(4)]
    a: Dense
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
