//! Activations, initializers, regularizers and constraints that are types of a program's own, with settings, declared on a layer: no `const fn`
//! makes them, so the constructor is an ordinary one.
#![deny(warnings)]

use nn::extend::{Activate, Constrain, Initialize, Regularize};
use nn::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Leaning {
    beta: f64,
}

impl Activate for Leaning {
    fn apply(&self, x: &Tensor) -> Tensor {
        x * self.beta
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ramp {
    step: f64,
}

impl Initialize for Ramp {
    fn sample(&self, shape: Shape, dtype: DType) -> Tensor {
        let places = Tensor::arange(shape.num_elements()).reshape(shape);
        (places * self.step).cast(dtype)
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Counted {
    factor: f64,
}

impl Regularize for Counted {
    fn penalty(&self, value: &Tensor) -> Tensor {
        value.ones_like().sum() * self.factor
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Capped {
    limit: f64,
}

impl Constrain for Capped {
    fn project(&self, value: &Tensor) -> Tensor {
        value.clip(-self.limit, self.limit)
    }
}

#[model(not_const, new(beta: f64 = 2.0), input = [2], check = "build")]
struct Net {
    #[layer(
        3,
        activation = Leaning { beta }.into(),
        kernel_initializer = Ramp { step: 0.5 }.into(),
        kernel_regularizer = Regularizer::from(Counted { factor: 0.25 }),
        kernel_constraint = Capped { limit: 1.0 }.into()
    )]
    dense: Dense,
    #[layer(Leaning { beta: -1.0 }.into())]
    last: ActivationLayer,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.last(self.dense(x))
    }
}

pub fn main() {
    let net = Net::default();
    net.build(Net::INPUT).unwrap();
    let y = net.forward(Tensor::ones([1, 2]));
    assert_eq!(y.to_vec::<f32>().unwrap(), [-3.0, -5.0, -7.0]);
    let mut net = net.compile(Compile::new(SGD::new(0.0), MeanSquaredError::new()));
    let scores = net.evaluate((Tensor::ones([1, 2]), y)).unwrap();
    assert_eq!(scores["loss"], 1.5);
    let (x, y) = (Tensor::ones([1, 2]), Tensor::ones([1, 3]));
    net.fit((&x, &y), Fit::new().verbose(Verbose::Silent))
        .unwrap();
    // Columns of 0, ½, 1, 3/2, 2 and 5/2, no more than 1 now.
    let y = net.predict(&x).unwrap();
    assert_eq!(y.to_vec::<f32>().unwrap(), [-2.0, -3.0, -4.0]);
}
