use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    a: Dense,
}

impl Net {
    #[model]
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let n = Net::new();
    n.forward(Tensor::ones([1, 4]));
    n.summary([4]).unwrap();
    let mut m = n.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    m.fit((Tensor::ones([2, 4]), Tensor::ones([2, 4])), Fit::new())
        .unwrap();
}
