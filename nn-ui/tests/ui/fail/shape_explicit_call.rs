use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer]
    norm: BatchNormalization,
    #[layer]
    pool: GlobalAveragePooling2D,
}

#[model]
impl Net {
    fn call(&self, x: &Tensor, training: bool) -> Tensor {
        let x = self.norm.call(x, training);
        self.pool.call(&x, false)
    }
}

fn main() {}
