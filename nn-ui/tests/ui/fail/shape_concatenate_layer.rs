use nn::prelude::*;

#[model(new(), input = [32, 32, 3])]
struct Net {
    #[layer(8, 3, padding = Padding::Same)]
    fine: Conv2D,
    #[layer(8, 3, strides = 2, padding = Padding::Same)]
    coarse: Conv2D,
    #[layer]
    join: Concatenate,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let parts = [self.fine(&x), self.coarse(&x)];
        self.join(parts)
    }
}

fn main() {}
