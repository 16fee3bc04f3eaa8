use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {
    let mut model = Net::new().compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    let (x, y) = (Tensor::ones([8, 4]), Tensor::ones([8, 4]));
    let _ = model.evaluate(x, y);
}
