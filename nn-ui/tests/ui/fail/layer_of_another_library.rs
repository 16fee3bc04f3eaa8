use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(10, 4)]
    fc: Linear,
    #[layer]
    norm: BatchNorm2d,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.norm(self.fc(x))
    }
}

fn main() {}
