//! The forms of `call`.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Layer)]
struct Reference {
    dense: Dense,
}

#[model]
impl Reference {
    /// By reference, and with the flag.
    fn call(&self, x: &Tensor, training: bool) -> Tensor {
        let y: &Tensor = x;
        if training {
            return y.clone();
        }
        self.dense(y)
    }
}

#[derive(Layer)]
struct Several {
    reference: Reference,
    helper: Dense,
}

#[model]
impl Several {
    #[allow(clippy::needless_return)]
    fn call(
        &self,
        mut a: Tensor,
        b: &Tensor,
        (c, [d, _]): (Tensor, [Tensor; 2]),
        _training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        a = a + b;
        return (self.apply(&a), vec![c, d]);
    }

    // A helper uses layers for `call`.
    fn apply(&self, x: &Tensor) -> Tensor {
        [self.helper(x), self.reference(x)]
            .iter()
            .fold(x.clone(), |sum, _| sum)
    }

    const DEPTH: usize = 2;
}

#[derive(Layer)]
struct Elsewhere {
    hidden: Dense,
}

// A method of another block may use any layer.
#[model]
impl Elsewhere {
    fn call(&self, x: Tensor) -> Tensor {
        self.apply(x)
    }
}

impl Elsewhere {
    fn apply(&self, x: Tensor) -> Tensor {
        self.hidden(x)
    }
}

// Written by hand, without `#[model] impl`.
#[derive(Layer)]
struct ByHand {
    dense: Dense,
}

impl Layer for ByHand {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, x: Tensor, _: bool) -> Tensor {
        self.dense(x)
    }
}

pub fn main() {
    let x = Tensor::ones([2, 3]);
    let reference = || Reference {
        dense: Dense::new(3),
    };
    assert_eq!(reference().call(&x, true).shape(), [2, 3]);
    let several = Several {
        reference: reference(),
        helper: Dense::new(3),
    };
    let (y, rest) = several.forward((&x, &x, (&x, [&x, &x])));
    assert_eq!((y.shape(), rest.len(), Several::DEPTH), (x.shape(), 2, 2));
    assert_eq!(
        Elsewhere {
            hidden: Dense::new(1)
        }
        .forward(&x)
        .shape(),
        [2, 1]
    );
    assert_eq!(
        ByHand {
            dense: Dense::new(1)
        }
        .forward(&x)
        .shape(),
        [2, 1]
    );
}
