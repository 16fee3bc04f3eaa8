use nn::prelude::*;

#[model(new(), input = [6, 6, 1])]
struct Net {
    #[layer(2)]
    first: MaxPooling2D,
    #[layer(2)]
    second: MaxPooling2D,
    #[layer(2)]
    third: MaxPooling2D,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.second(self.first(x));
        self.third(x)
    }
}

fn main() {}
