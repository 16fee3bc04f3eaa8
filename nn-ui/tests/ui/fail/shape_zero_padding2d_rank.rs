use nn::prelude::*;

#[model(new(), input = [28, 28])]
struct Net {
    #[layer(1)]
    pad: ZeroPadding2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pad(x)
    }
}

fn main() {}
