use nn::prelude::*;

#[model(input = [4], new(k: usize))]
struct Net {
    #[layer(k)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net::new(3);
    n.forward(Tensor::ones([1, 4]));
}
