//! Branches that are joined, as in Inception and U-Net: the compiler knows what comes out.
#![deny(warnings)]

use nn::prelude::*;

#[model(new(filters: [usize; 4]))]
struct Inception {
    #[layer(filters[0], 1)]
    one: Conv2D,
    #[layer(filters[1], 3, padding = Padding::Same)]
    three: Conv2D,
    #[layer(filters[2], 5, padding = Padding::Same)]
    five: Conv2D,
    #[layer(3, strides = 1, padding = Padding::Same)]
    pool: MaxPooling2D,
    #[layer(filters[3], 1)]
    pooled: Conv2D,
    #[layer]
    join: Concatenate,
}

#[model]
impl Inception {
    fn call(&self, x: Tensor) -> Tensor {
        let pooled = self.pooled(self.pool(&x));
        self.join((self.one(&x), self.three(&x), self.five(&x), pooled))
    }
}

#[model(input = [16, 16, 3], new())]
struct Net {
    #[layer([4, 8, 2, 2])]
    first: Inception,
    #[layer([8, 8, 4, 4])]
    second: Inception,
    #[layer(2)]
    pool: AveragePooling2D,
    #[layer]
    global: GlobalAveragePooling2D,
    #[layer(10, activation = Activation::Softmax)]
    classifier: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        let features = self.second(self.pool(self.first(x)));
        (self.classifier(self.global(&features)), features)
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT.to_string(), "([10], [8, 8, 24])");
    let (y, features) = Net::new().forward(Tensor::ones([1, 16, 16, 3]));
    assert_eq!(
        (y.shape(), features.shape()),
        (Shape::from([1, 10]), Shape::from([1, 8, 8, 24]))
    );
}
