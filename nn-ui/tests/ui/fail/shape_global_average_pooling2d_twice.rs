use nn::prelude::*;

#[model(new(), input = [8, 8, 3])]
struct Net {
    #[layer]
    pool: GlobalAveragePooling2D,
    #[layer]
    again: GlobalMaxPooling2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.again(self.pool(x))
    }
}

fn main() {}
