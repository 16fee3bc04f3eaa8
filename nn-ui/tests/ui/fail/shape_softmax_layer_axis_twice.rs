use nn::prelude::*;

#[model(new(), input = [4, 5])]
struct Net {
    #[layer(axes = [2, -1])]
    softmax: Softmax,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.softmax(x)
    }
}

fn main() {}
