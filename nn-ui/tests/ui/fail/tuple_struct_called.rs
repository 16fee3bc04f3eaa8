use nn::prelude::*;

#[model(input = [4], new())]
struct Net(#[layer(4)] Dense);

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.0(x)
    }
}

fn main() {
    let n = Net::new();
    n.forward(Tensor::ones([1, 4]));
}
