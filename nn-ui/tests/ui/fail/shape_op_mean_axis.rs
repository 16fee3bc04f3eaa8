use nn::prelude::*;

#[model(new(), input = [28, 28, 1])]
struct Net {
    #[layer]
    pool: GlobalAveragePooling2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(x).mean_axis(2)
    }
}

fn main() {}
