//! A layer without parts needs no braces.

use nn::prelude::*;

#[derive(Layer)]
struct Double;

#[model]
impl Double {
    fn call(&self, x: Tensor) -> Tensor {
        x * 2.0
    }
}

#[model(new())]
struct Square;

#[model]
impl Square {
    fn call(&self, x: Tensor) -> Tensor {
        x.square()
    }
}

#[model(input = [2], new(double: Double = Double))]
struct Net {
    double: Double,
    #[layer]
    square: Square,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.square(self.double(x))
    }
}

pub fn main() {
    let net = Net::new(Double);
    let y = net.forward(Tensor::from([[1.0_f32, 2.0]]));
    assert_eq!(y.to_vec::<f32>().unwrap(), [4.0, 16.0]);
    assert_eq!(net.clone_model().forward(y).shape(), [1, 2]);
    assert_eq!(
        Double
            .forward(Tensor::from([1.0_f32]))
            .to_vec::<f32>()
            .unwrap(),
        [2.0]
    );
}
