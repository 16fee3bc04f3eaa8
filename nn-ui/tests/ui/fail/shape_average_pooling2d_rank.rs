use nn::prelude::*;

#[model(new(), input = [8, 8, 3])]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(2)]
    pool: AveragePooling2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.pool(self.flatten(x))
    }
}

fn main() {}
