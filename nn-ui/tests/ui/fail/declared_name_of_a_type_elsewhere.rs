use nn::prelude::*;

mod types {
    pub type Maybe = Option<nn::layers::Dense>;
}
use types::Maybe;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Maybe
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
