use nn::prelude::*;

#[model(new(), input = [24, 24, 1])]
struct UNet {
    #[layer(64, 3, padding = Padding::Same)]
    fine: Conv2D,
    #[layer(128, 3, padding = Padding::Same)]
    deep: Conv2D,
    #[layer(axis = 1)]
    join: Concatenate,
}

#[model]
impl UNet {
    fn call(&self, x: Tensor) -> Tensor {
        let fine = self.fine(x);
        let deep = self.deep(&fine);
        self.join([deep, fine])
    }
}

fn main() {}
