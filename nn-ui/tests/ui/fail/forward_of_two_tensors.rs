use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    left: Dense,
    #[layer(4)]
    right: Dense,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.left(a) + self.right(b)
    }
}

fn main() {
    let _ = Net::new().forward(Tensor::ones([1, 4]), Tensor::ones([1, 5]));
}
